# Not LT501, not LT517: the program chooses the mode of each call.
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.body = keras.Sequential([layers.Dense(4), layers.Dropout(0.5), layers.BatchNormalization(), layers.Dense(1)])
        self.still = layers.BatchNormalization()
    def call(self, x, training=False): return self.still(self.body(x, training=training), training=False)

net, sgd, x = Net(), keras.optimizers.SGD(), tf.ones((8, 3))
net(x)  # builds it
for _ in range(2):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(net(x, training=True) ** 2)
    sgd.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
net(x, training=False)

inputs = keras.Input((3,))  # dropout that is always on, to estimate uncertainty
sampler = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.5)(inputs, training=True)))
sampler.compile("adam", "mse"); sampler.fit(x, x[:, :1], verbose=0); sampler.predict(x, verbose=0)

generator = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.BatchNormalization()])
images = [generator(x, training=True) for _ in range(2)]  # statistics of the batch, as in pix2pix
