"""Walks through the platform, as people take them."""
