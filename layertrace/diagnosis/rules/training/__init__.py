"""Rules about what a model learns: modes, settings, masks, dtypes, losses, data and callbacks (LT5)."""
