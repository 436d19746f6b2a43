# A target network that has the layers of the online network: https://github.com/keras-team/keras/issues/1765
import numpy as np, tensorflow as tf, keras
from keras import layers

online = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(2)], name="online")
target = keras.Sequential(online.layers, name="target")  # finds: LT569 target
optimizer = keras.optimizers.SGD(0.1)
x = tf.random.normal((8, 3))
for step in range(6):
    before = target.get_weights()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(online(x) - 1 - tf.stop_gradient(target(x))))
    optimizer.apply(tape.gradient(loss, online.trainable_variables), online.trainable_variables)
    moved = any((one != two).any() for one, two in zip(before, target.get_weights()))
    if step % 2 == 0:
        target.set_weights(online.get_weights())
print("target moves by itself:", moved)
