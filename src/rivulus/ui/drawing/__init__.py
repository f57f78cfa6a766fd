"""Pictures of numbers: charts drawn on the server as plain SVG."""
