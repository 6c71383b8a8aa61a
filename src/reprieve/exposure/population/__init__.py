"""Many simulated people on one regimen: who they are, what they would show, and a table of it."""
