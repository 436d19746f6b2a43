"""Behave well in a process that belongs to the program."""
