"""Files that people import into layers: kept, opened in a process of its own, checked, carried out by the worker."""
