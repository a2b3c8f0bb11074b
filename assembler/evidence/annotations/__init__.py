"""Form fields, comments and marks of a client's PDF: what they hold, and appearances for those
without."""
