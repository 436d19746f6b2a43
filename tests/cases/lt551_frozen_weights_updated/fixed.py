# LT551 fixed: https://github.com/keras-team/keras/issues/3268: the frozen base is trained, from a list of weights made too early
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
base = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dense(5)], name="base")
model = keras.Sequential([base, layers.Dense(1, name="head")], name="model")
x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
y = x[:, :1]
optimizer = keras.optimizers.SGD(0.1)
base.trainable = False
weights = model.trainable_variables
before = base.layers[0].get_weights()[0].copy()
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
print("the frozen base has moved:", not np.array_equal(before, base.layers[0].get_weights()[0]))
