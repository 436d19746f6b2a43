"""Observe functions while they run: by Python's monitoring where it can, by wrapping them elsewhere."""
