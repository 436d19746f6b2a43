# LT537 in another program: months from 1 to 12, in batches of a dataset and a loop of one's own
import numpy as np, tensorflow as tf, keras
from keras import layers

data = tf.data.Dataset.from_tensor_slices((np.random.rand(24, 3), np.arange(24) % 12 + 1)).batch(6)
net, sgd = keras.Sequential([keras.Input((3,)), layers.Dense(units=12, name="month")]), keras.optimizers.SGD()
for x, y in data:
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, net(x, training=True), from_logits=True)  # finds: LT537 month
        loss = tf.reduce_mean(losses)
    weights = net.trainable_variables
    sgd.apply_gradients(zip(tape.gradient(loss, weights), weights))
