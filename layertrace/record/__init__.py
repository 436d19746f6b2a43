"""Record events with hooks in Keras, tf_keras and TensorFlow."""
