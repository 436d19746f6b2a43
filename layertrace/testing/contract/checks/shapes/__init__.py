"""A layer accepts any batch size."""
