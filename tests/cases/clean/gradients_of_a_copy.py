# A worker sends its gradients to the model that it copies; a copy is adapted before its gradients are taken.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def network(name):
    return keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)], name=name)

keras.utils.set_random_seed(7)
shared, worker = network("shared"), network("worker")
meta, fast = network("meta"), network("fast")
opt, outer = keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)
inner, local = keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01)
x = np.random.default_rng(7).normal(size=(32, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)

def gradients(net):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    return tape.gradient(loss, net.trainable_variables)

for _ in range(3):
    worker.set_weights(shared.get_weights())
    opt.apply_gradients(zip(gradients(worker), shared.trainable_variables))

gradients(shared)  # to look at them
for _ in range(3):
    worker.set_weights(shared.get_weights())
    for _ in range(2):
        local.apply_gradients(zip(gradients(worker), worker.trainable_variables))
    opt.apply_gradients(zip(gradients(worker), shared.trainable_variables))

for _ in range(3):
    fast.set_weights(meta.get_weights())
    inner.apply_gradients(zip(gradients(meta), fast.trainable_variables))
    inner.apply_gradients(zip(gradients(fast), fast.trainable_variables))
    outer.apply_gradients(zip(gradients(fast), meta.trainable_variables))

@tf.function
def step(net, sums):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - y))
    for total, gradient in zip(sums, tape.gradient(loss, net.trainable_variables)):
        total.assign_add(gradient)

sums = [tf.Variable(tf.zeros_like(weight)) for weight in shared.trainable_variables]
step(shared, sums)
opt.apply_gradients(zip(sums, shared.trainable_variables))
