"""A copy of a layer does what the layer does."""
