"""Compare what one layer does on several backends of Keras, with the same weights and inputs."""
