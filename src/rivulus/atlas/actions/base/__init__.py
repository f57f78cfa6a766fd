"""What the base map is made of is replaced here: places, the network of streets, the layers drawn from it."""
