# Clean: fit writes the average to the weights, an optimizer does it by itself, and one has made no step
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.rand(16, 2).astype("float32"), np.ones((16, 1), "float32")
def net(**options):
    made = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); made.compile(keras.optimizers.Adam(0.05, use_ema=True, **options), "mse"); return made
fitted = net(); fitted.fit(x, y, epochs=2, verbose=0)
itself = net(ema_overwrite_frequency=2)
for _ in range(5): itself.train_on_batch(x, y)
unused = net(); unused.optimizer.build(unused.trainable_variables); unused.predict(x, verbose=0)
mixed = net(); mixed.train_on_batch(x, y); mixed.train_on_batch(x, y); mixed.fit(x, y, verbose=0)
def trained():
    """returns weights, and its optimizer is gone"""
    optimizer, weight = keras.optimizers.SGD(0.1, use_ema=True), keras.Variable([1.0, 2.0])
    for _ in range(3):
        with tf.GradientTape() as tape: loss = tf.reduce_sum(weight ** 2)
        optimizer.apply(tape.gradient(loss, [weight.value]), [weight])
    return weight.numpy()
trained()
