"""The answer: acute and sustained relief, virtual patients, the forecast."""
