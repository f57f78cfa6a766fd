"""What the catalog does by command and by the clock."""
