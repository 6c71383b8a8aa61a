"""The person: who is treated, at one moment."""
