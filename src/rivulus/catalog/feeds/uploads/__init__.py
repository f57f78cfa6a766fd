"""Uploaded files: received, read, checked, published."""
