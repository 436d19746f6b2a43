# LT514 in another program: the loss is a function of one line, and the targets are a vector
import numpy as np, tensorflow as tf, keras
from keras import layers

def spread(truth, slope): return tf.reduce_mean(tf.square(truth - slope))  # finds: LT514 line

line = keras.Sequential([keras.Input((1,)), layers.Dense(1)], name="line")
sgd, x = keras.optimizers.SGD(0.1), np.linspace(-1, 1, 32, dtype="float32")
@tf.function
def step(x, y):
    with tf.GradientTape() as tape: loss = spread(y, line(x[:, None], training=True))
    sgd.apply_gradients(zip(tape.gradient(loss, line.trainable_variables), line.trainable_variables))
for _ in range(60): step(x, 3 * x)
print("slope:", abs(round(float(line.get_weights()[0][0, 0]), 1)))
