"""What checks ask of the backend that Keras runs on."""
