"""Rules about building, and what Keras infers of a layer (LT3)."""
