"""CQL2 (OGC 21-065r2): filters read from text or JSON into a checked tree. Pure."""
