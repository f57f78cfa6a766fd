"""Commands and regular work of the atlas."""
