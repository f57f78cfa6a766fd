"""What comes in from elsewhere: connectors, vendor messages, files."""
