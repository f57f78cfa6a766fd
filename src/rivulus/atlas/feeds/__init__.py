"""What comes from outside: the files of the pack, files that people import, exports."""
