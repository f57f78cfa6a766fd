"""What the portal adds to the command line."""
