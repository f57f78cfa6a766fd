"""Where facts come in: the pack of facts and files that people upload."""
