# LT506 in another program: a tf.function trains two models, and the names of both are global
import numpy as np, tensorflow as tf, keras
from keras import layers

def part(name): return keras.Sequential([keras.Input((4,)), layers.Dense(4, kernel_regularizer="l2", name=name)])
first, second, plain = part("codes"), part("guesses"), layers.Dense(4)
plain.build((None, 4))
optimizer = keras.optimizers.SGD(0.1)

@tf.function
def learn(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(plain(second(first(x, training=True), training=True)) ** 2)  # finds: LT506 codes, LT506 guesses
    weights = [w for net in (first, second, plain) for w in net.trainable_variables]
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

for _ in range(3): learn(tf.ones((4, 4)))
