"""The base map: what OpenStreetMap's tags mean for drawing, for finding and for getting about; words that are looked for."""
