# LT513 in another program: both metrics are read in every other epoch:
# https://github.com/JetBrains-Research/code2seq/pull/112
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
net, adam = keras.Sequential([keras.Input((2,)), layers.Dense(1)]), keras.optimizers.Adam(0.1)
train_loss = keras.metrics.Mean()
val_loss = keras.metrics.Mean()


def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - y) ** 2)
    adam.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
    train_loss.update_state(loss)


def fit(train, val, epochs):
    shown = []
    for epoch in range(epochs):
        for x, y in train:
            step(x, y)
        for x, y in val:
            val_loss.update_state((net(x, training=False) - y) ** 2)
        if epoch % 2:
            shown.append((float(train_loss.result()), float(val_loss.result())))  # finds: LT513 -
    return shown


x = np.random.rand(16, 2).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(4)
shown = fit(data, data, 6)
true = float(np.mean((net(x) - x[:, :1]) ** 2))
print("the last epoch is shown as it is:", abs(shown[-1][1] - true) < 1e-6)
