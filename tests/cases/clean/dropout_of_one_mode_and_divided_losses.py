# Clean: dropout that is always on, or has a rate of 0; a loss for each step, divided by their number; tf_keras
import numpy as np, tensorflow as tf, keras, tf_keras
from keras import layers

class Always(layers.Dropout):
    def call(self, inputs, training=None): return super().call(inputs, training=True)
class Certain(layers.Dropout):
    def call(self, inputs): return super().call(inputs, training=True)
model = keras.Sequential([keras.Input((3,)), layers.Dense(2), Always(0.3), Certain(0.2), layers.Dropout(0.0), layers.GaussianNoise(0.0)])
optimizer = keras.optimizers.SGD()
for _ in range(2):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(model(tf.ones((4, 3))) ** 2)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

class Mean(layers.Layer):
    def __init__(self, steps): super().__init__(); self.steps = steps
    def call(self, x): self.add_loss(keras.ops.mean(x**2) / self.steps); return x
steps = keras.Sequential([keras.Input((4, 3)), layers.TimeDistributed(Mean(4)), layers.Flatten(), layers.Dense(1)])
steps.compile("sgd", "mse"); steps.fit(np.ones((4, 4, 3)), np.ones((4, 1)), verbose=0)

class Penalty(tf_keras.layers.Layer):
    def call(self, x): self.add_loss(tf.reduce_sum(x)); return x
old = tf_keras.Sequential([tf_keras.layers.Dense(2, input_shape=(3,)), Penalty(), tf_keras.layers.Dense(1)])
old.compile("sgd", "mse"); old.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
