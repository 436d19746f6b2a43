"""Eager, symbolic and in a graph, a layer does the same."""
