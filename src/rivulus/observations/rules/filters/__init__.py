"""The language of `$filter`: words, sentences and what may be compared with what (OGC 18-088, 9.3.3.5)."""
