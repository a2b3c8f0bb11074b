"""Form fields, comments and marks of a client's PDF, and appearances for those without one."""
