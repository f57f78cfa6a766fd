"""Facts about the base map: import, network, places, boundaries, search."""
