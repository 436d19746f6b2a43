"""Compare two timelines, independently of the numbers of their layers."""
