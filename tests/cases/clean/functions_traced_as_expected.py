import numpy as np, tensorflow as tf, keras
from keras import layers

dense = layers.Dense(2); dense.build((None, 3))
@tf.function
def step(x, training): return dense(x, training=training) if training else dense(x)
for training in (True, False):
    for size in (4, 4, 3): step(tf.ones((size, 3)), training)
@tf.function(reduce_retracing=True)
def relaxed(x): return dense(x)
for size in range(1, 9): relaxed(tf.ones((size, 3)))
for fold in range(3):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse"); model.fit(np.ones((7, 3)), np.ones((7, 1)), batch_size=4, verbose=0)
