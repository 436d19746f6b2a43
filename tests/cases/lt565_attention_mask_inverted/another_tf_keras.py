# LT565 in another program, with tf_keras: the mask is computed in a layer of its own
import numpy as np, tensorflow as tf, tf_keras as keras

class IsPadding(keras.layers.Layer):
    def call(self, ids): return tf.expand_dims(ids == 0, 1)  # finds: LT565 reader

ids = keras.Input((6,), dtype="int32")
x = keras.layers.Embedding(20, 8)(ids)
x = keras.layers.MultiHeadAttention(1, 4, name="reader")(x, x, attention_mask=IsPadding()(ids))
model = keras.Model(ids, keras.layers.Dense(1)(x))
model.compile("sgd", "mse")
model.fit(np.eye(6, dtype="int32"), np.ones((6, 6, 1)), verbose=0)
