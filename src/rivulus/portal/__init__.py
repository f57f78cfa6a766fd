"""The home page and the pages that show many contexts on one screen."""
