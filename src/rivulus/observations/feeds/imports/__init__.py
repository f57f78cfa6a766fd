"""Files of history: kept, looked at, checked and taken in, chunk by chunk."""
