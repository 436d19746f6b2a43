# LT506 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

net = keras.Sequential([
    keras.Input((6, 6, 3)),
    layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2", name="down"),
    layers.Conv2D(2, 3, padding="same", kernel_regularizer="l2", name="up"),
])
optimizer = keras.optimizers.Adam(0.01)
crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

@tf.function
def step(image, label):
    with tf.GradientTape() as tape:
        logits = net(image, training=True)
        total = crossentropy(label, logits) + tf.add_n(net.losses)
    weights = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(total, weights), weights))
    return total

image, label = np.ones((2, 6, 6, 3), "float32"), np.zeros((2, 6, 6), "int32")
for _ in range(5): step(image, label)
print("the loss is the bare crossentropy:", np.isclose(step(image, label), crossentropy(label, net(image)), atol=0.05))
