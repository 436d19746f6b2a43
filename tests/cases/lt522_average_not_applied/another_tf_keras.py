# LT522 in another program, with tf_keras: batches of a generator
import numpy as np, tf_keras
from tf_keras import layers

def batches():
    for _ in range(6): yield np.random.rand(8, 3), np.ones((8, 1))
ranker = tf_keras.Sequential([layers.Dense(4, "relu"), layers.Dense(1)], name="ranker")
ranker.compile(tf_keras.optimizers.Adam(0.05, use_ema=True), "mse")
losses = []
for x, y in batches():
    losses.append(ranker.train_on_batch(x, y))  # finds: LT522 ranker
print(ranker.predict(np.ones((1, 3)), verbose=0).shape)
