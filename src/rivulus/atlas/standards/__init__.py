"""Public standards, word for word: OGC API, vector tiles."""
