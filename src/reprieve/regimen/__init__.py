"""Regimens: what is given, how much, how fast and when."""
