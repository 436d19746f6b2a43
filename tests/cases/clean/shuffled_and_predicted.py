# Clean: a shuffled dataset is predicted, and iterated to train, to show a batch, or with its predictions; or it keeps its order
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(24, 2).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).shuffle(24).batch(8)
net = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); optimizer = keras.optimizers.SGD(0.1)
for inputs, targets in data:
    with tf.GradientTape() as tape: loss = tf.reduce_mean(tf.square(net(inputs, training=True) - targets))
    optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
for inputs, targets in data.take(1): print(inputs.shape)
for inputs, targets in data: print(targets.shape); break
first = next(iter(data))
spread = net.predict(data, verbose=0).std()
pairs = [(net.predict_on_batch(inputs), targets) for inputs, targets in data]
kept = data.cache(); guesses = net.predict(kept, verbose=0); truth = np.concatenate([targets for _, targets in kept])
plain = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(8)
guesses = net.predict(plain, verbose=0); truth = np.concatenate([targets for _, targets in plain])
