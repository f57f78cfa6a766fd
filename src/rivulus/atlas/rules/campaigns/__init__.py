"""Community digitising: levels and moves, tasks cut from an area, checks of what was mapped, OsmChange. Pure."""
