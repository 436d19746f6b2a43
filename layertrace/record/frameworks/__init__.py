"""Load TensorFlow and Keras, and hold all code that a new version of them can break."""
