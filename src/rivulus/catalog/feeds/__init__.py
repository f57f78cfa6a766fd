"""What comes into the catalog: tables of other contexts, and files that people upload."""
