"""Workbooks of spreadsheet programs: how large they may be, where in a sheet the table stands, what a cell says."""
