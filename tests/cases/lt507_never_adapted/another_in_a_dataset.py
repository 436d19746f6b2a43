# LT507 in another program: the layer is mapped over a dataset, of tf_keras
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np, tensorflow as tf, tf_keras
scale = tf_keras.layers.Normalization(name="scale")  # finds: LT507 scale
data = tf.data.Dataset.from_tensor_slices(np.random.rand(8, 2).astype("float32") * 100).batch(4).map(lambda rows: scale(rows))
print([float(tf.reduce_mean(rows)) for rows in data])
