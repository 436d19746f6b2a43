"""A mask that comes in is passed on, used, or ended on purpose."""
