"""Rules of importing a file into a layer: how it is written, where its positions are, what becomes of its columns."""
