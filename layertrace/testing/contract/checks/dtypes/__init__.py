"""A layer follows its dtype policy."""
