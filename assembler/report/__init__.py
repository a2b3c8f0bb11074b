"""Write what describes a packet: manifest, review page, kept originals, comparison, listings."""
