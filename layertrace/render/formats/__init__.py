"""Write what a check found for other programs: a module for each output format."""
