# Several layers in a Sequential, in a loop of one's own, one method after the other.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

augment = keras.Sequential([layers.RandomRotation(0.1), layers.RandomZoom(0.1)], name="augment")
rng = np.random.default_rng(6)
x, y = rng.uniform(size=(32, 8, 8, 3)).astype("float32"), rng.uniform(size=(32, 1)).astype("float32")
batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).map(lambda image, value: (augment(image), value)).cache().shuffle(4)  # finds: LT572 augment
net = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(1)], name="net")
sgd = keras.optimizers.SGD(0.01)

@tf.function
def step(image, value):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(image, training=True) - value))
    sgd.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
    return loss

for epoch in range(3):
    for image, value in batches:
        step(image, value)
