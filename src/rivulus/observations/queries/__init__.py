"""Reading what is known of things and their series."""
