"""Makes the pages of docs/validation from the tables that ``python validation/calibration.py`` wrote."""
