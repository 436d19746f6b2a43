# Another program with LT501
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(); self.d, self.drop = layers.Dense(2), layers.Dropout(0.5, name="idle")
    def build(self, shape): self.d.build(shape)
    def call(self, x, training=None): return self.drop(self.d(x), training=training)
net = Net(); net.build((None, 3)); optimizer = keras.optimizers.Adam()
optimizer.build(net.trainable_variables)
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(x))  # finds: LT501 idle
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
for _ in range(3): step(tf.ones((4, 3)))
