"""Answers as pictures, blocks of HTML and pages."""
