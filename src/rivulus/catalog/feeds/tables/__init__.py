"""Keeping live tables as files: writing, refreshing, snapshots, sweeping."""
