# Clean: a model is trained in training mode, and also called to build it, to act and to measure
import numpy as np, tensorflow as tf, keras
from keras import layers

def policy():
    return keras.Sequential([layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(1)])
def update(model, optimizer, x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True) ** 2)
    weights = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
batch = tf.ones((4, 3))
actor, sgd = policy(), keras.optimizers.SGD()
actor(batch)
for episode in range(3):
    for _ in range(2):
        action = actor(batch[:1])
    update(actor, sgd, batch)
    measured = tf.reduce_mean(actor(batch))
critic, adam = policy(), keras.optimizers.Adam(); critic(batch); adam.build(critic.trainable_variables)
compiled = tf.function(lambda x: update(critic, adam, x))
for _ in range(2): compiled(batch)

class Noisy(layers.Layer):  # receives `training` in every call
    def __init__(self): super().__init__(); self.seed = keras.random.SeedGenerator(1); self.scale = layers.Dense(3)
    def build(self, shape): self.scale.build(shape)
    def call(self, x, training=False):
        return self.scale(x + keras.random.normal((3,), seed=self.seed) if training else x)
own, steps = Noisy(), keras.optimizers.SGD(); own(batch)
for _ in range(2): update(own, steps, batch)
net = keras.Sequential([keras.Input((5, 2)), layers.LSTM(3, dropout=0.3), layers.Dense(1)])
update(net, keras.optimizers.SGD(), tf.ones((2, 5, 2)))
