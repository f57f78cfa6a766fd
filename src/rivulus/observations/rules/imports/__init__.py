"""What a file of history says: its columns, its lines, what was wrong, and how far an import is."""
