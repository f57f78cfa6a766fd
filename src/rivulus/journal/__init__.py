"""One append-only line for every change, chained by hash, with what is personal under a key that can be destroyed."""
