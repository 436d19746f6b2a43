"""Assert what happens to layers and functions, in tests."""

from layertrace.testing.traces import assert_max_traces

__all__ = ["assert_max_traces"]
