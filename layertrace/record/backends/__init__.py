"""The backends of Keras: in which mode code runs, and what is a tensor or a variable."""
