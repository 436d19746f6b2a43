"""Rules about tracing, retracing and what a trace freezes (LT2)."""
