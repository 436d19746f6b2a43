"""Print layers, variables, functions, findings and differences as tables."""
