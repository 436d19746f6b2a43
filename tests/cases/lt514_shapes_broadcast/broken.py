# "Learns with fit, not with an own train_step" (https://github.com/tensorflow/tensorflow/issues/28901)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
y = 4 * x[:, 0]
line = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="line")
sgd = keras.optimizers.SGD(0.1)
sgd.build(line.trainable_variables)

@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        answer = line(x, training=True)
        loss = tf.reduce_mean((answer - y) ** 2)  # finds: LT514 line
    sgd.apply_gradients(zip(tape.gradient(loss, line.trainable_variables), line.trainable_variables))
    return loss
for _ in range(50): loss = step(x, y)
print("loss", round(float(loss), 1))
