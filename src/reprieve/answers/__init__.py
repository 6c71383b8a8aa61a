"""What Reprieve says: one typed answer per question, and the function that fills it."""
