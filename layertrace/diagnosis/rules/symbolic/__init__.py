"""Rules about symbolic tensors and Python code in `call` (LT4)."""
