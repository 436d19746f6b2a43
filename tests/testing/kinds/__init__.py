"""Twelve correct layers of different kinds; each module has `create` and `INPUTS`."""
