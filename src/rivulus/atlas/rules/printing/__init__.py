"""A map on paper, drawn by the same styles as on the screen: reading tiles, evaluating styles, writing SVG. Pure."""
