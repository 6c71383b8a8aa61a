"""The engine: linear compartment models and slow states for any drug. Arrays in, arrays out."""
