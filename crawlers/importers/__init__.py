"""Reads articles from files to import: finds the files, and reads each file type."""
