"""OGC API: Features (parts 1 to 4), Tiles, Records and Styles, over the layers of the atlas."""
