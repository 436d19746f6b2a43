"""Rules about configs, saving and loading (LT6)."""
