"""The version of Reprieve, which every answer names."""

__version__ = "0.1.0"
