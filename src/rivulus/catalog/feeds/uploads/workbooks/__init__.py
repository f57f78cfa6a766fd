"""Workbooks (XLSX, ODS): looked at as archives, opened by a process of their own, kept as Parquet of texts."""
