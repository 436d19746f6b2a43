# LT201 in another program
import numpy as np, tensorflow as tf, keras

@tf.function
def normalized(pixels): return tf.cast(pixels, tf.float32) / 255.0
for dtype in ("uint8", "int32", "float32", "float64"):
    normalized(tf.constant(np.ones((2, 2), dtype)))  # finds: LT201 -
