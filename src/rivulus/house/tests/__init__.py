"""The house is tested with real servers and processes, in folders of their own."""
