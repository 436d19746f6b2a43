"""Rules about code written for Keras 2 (LT7)."""
