"""Data files of others, read into and written from what the engine understands."""
