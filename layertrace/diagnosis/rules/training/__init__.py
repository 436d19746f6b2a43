"""Rules about training, masks, dtypes and losses (LT5)."""
