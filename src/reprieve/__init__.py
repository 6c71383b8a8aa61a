"""Reprieve: how long will ketamine pain relief last, for this patient, on this protocol?"""

__version__ = "0.1.0"
