"""A layer learns what it should, and nothing else."""
