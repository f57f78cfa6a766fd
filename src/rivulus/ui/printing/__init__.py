"""Printed pages: typesetting and its typeface, for every context."""
