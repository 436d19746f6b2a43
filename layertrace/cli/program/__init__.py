"""Find a user's program, run it as Python does, and end as it ends."""
