"""Makes the generated pages of the documentation."""
