"""From an extract of OpenStreetMap to the city's base map: read, drawn as tiles, put in force in one transaction."""
