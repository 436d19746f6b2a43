"""The two ways to observe a function: Python's monitoring, and wrapping."""
