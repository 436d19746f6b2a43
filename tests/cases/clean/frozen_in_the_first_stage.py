import numpy as np, tensorflow as tf, keras
from keras import layers

data = np.random.default_rng(0).normal(5, 1, (16, 4)).astype("float32")
def make(): return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.5)]), layers.Dense(1)
def train(forward, *trained, **how):
    optimizer = keras.optimizers.SGD(1e-4)
    for _ in range(2):
        with tf.GradientTape() as tape: loss = tf.reduce_mean(forward(data, **how) ** 2)
        weights = [weight for part in trained for weight in part.trainable_variables]
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

base, head = make()
base.trainable = False
train(lambda x: head(base(x)), head)  # a frozen normalization runs in inference mode anyway
base.trainable = True
train(lambda x: head(base(x, training=True)), base, head)

base, head = make()
model = keras.Sequential([base, head])
base.trainable = False
train(model, model)
base.trainable = True
train(model, model, training=True)

base, head = make()
model = keras.Sequential([base, head])
train(model, head)  # the base is not frozen, but its weights are not trained here
