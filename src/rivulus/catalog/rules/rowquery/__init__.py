"""The query language of published tables: reading it, checking it against the columns, and writing it as SQL."""
