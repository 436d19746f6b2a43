"""Turn live objects into plain data."""
