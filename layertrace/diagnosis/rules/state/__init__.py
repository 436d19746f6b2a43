"""Rules about where layers and variables are created and tracked (LT1)."""
