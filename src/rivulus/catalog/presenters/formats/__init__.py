"""Rows as files of every format, written while they are read."""
