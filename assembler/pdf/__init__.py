"""Read-only inspection of PDFs: rendering, ink, thumbnails, geometry, fonts, fingerprints."""
