"""Answers of sources in their own formats, and what becomes of them here."""
