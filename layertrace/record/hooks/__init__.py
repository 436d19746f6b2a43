"""The functions that are observed, and what is recorded of each."""
