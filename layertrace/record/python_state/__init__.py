"""Watch the Python state that a traced function freezes into its graph."""
