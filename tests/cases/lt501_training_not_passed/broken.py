# A custom loop without training=True
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

m = keras.Sequential([keras.Input((2,)), layers.BatchNormalization(), layers.Dense(1)])
opt = keras.optimizers.SGD(0.01)
for _ in range(5):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(m(np.full((8, 2), 3.0, "float32")) ** 2)   # training=True is missing  # finds: LT501 batch_normalization
    opt.apply_gradients(zip(tape.gradient(loss, m.trainable_variables), m.trainable_variables))
print("moving_mean:", m.layers[0].moving_mean.numpy())
