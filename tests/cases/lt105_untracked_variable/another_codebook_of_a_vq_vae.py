# LT105 in another program: the codebook of a VQ-VAE starts from random values, which a fix must keep
import numpy as np, tensorflow as tf, keras
from keras import layers

class Quantizer(layers.Layer):
    def __init__(self, count, width, **kwargs):
        super().__init__(**kwargs)
        start = tf.random_uniform_initializer(-1.0, 1.0, seed=1)
        self.codes = tf.Variable(  # finds: LT105 quantizer
            initial_value=start(shape=(width, count), dtype="float32"),
            trainable=True, name="codes",
        )
    def call(self, x):
        distances = tf.reduce_sum(x ** 2, 1, keepdims=True) + tf.reduce_sum(self.codes ** 2, 0) - 2 * x @ self.codes
        nearest = tf.one_hot(tf.argmin(distances, 1), tf.shape(self.codes)[1]) @ tf.transpose(self.codes)
        self.add_loss(tf.reduce_mean((nearest - tf.stop_gradient(x)) ** 2))
        return x + tf.stop_gradient(nearest - x)

model = keras.Sequential([keras.Input((4,)), Quantizer(8, 4, name="quantizer"), layers.Dense(4)])
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
model.fit(x, x, verbose=0)
print("weights:", len(model.trainable_weights), "distinct codes:", len(np.unique(np.array(model.layers[0].codes)[0])))
