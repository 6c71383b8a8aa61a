"""The engine: compartment models, exact or integrated, and slow states for any drug. Arrays in, arrays out."""
