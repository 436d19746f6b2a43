"""Draw a timeline as a tree."""
