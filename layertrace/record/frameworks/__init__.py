"""Find and load TensorFlow and Keras; all that a new version of them can break."""
