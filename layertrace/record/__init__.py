"""How it is seen: hooks in Keras, tf_keras and TensorFlow, and the recordings that listen to them."""
