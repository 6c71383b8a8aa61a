"""Plain records of what is published. No arrays, no files, no numerical stack."""
