# LT504 in another program: an eager step rounds what it compares; the accuracy beside it is only printed
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
counter, optimizer = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="counter"), keras.optimizers.SGD(0.1)
before = counter.get_weights()[0].copy()
for _ in range(2):
    with tf.GradientTape() as tape:
        count = counter(tf.ones((4, 3)), training=True)
        whole = tf.round(count)  # finds: LT504
        loss = tf.reduce_mean(tf.square(whole - 7.0))
        exact = tf.cast(whole > 6.5, tf.float32)
    gradients = tape.gradient(loss, counter.trainable_variables)
    try: optimizer.apply_gradients(zip(gradients, counter.trainable_variables))
    except ValueError: pass
print("counter is trained:", not np.array_equal(before, counter.get_weights()[0]))
