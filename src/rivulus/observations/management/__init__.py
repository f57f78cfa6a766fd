"""What is run from the command line and by the clock."""
