"""The life of a layer: created, built once, then called."""
