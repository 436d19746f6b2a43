# LT536 in another program, with tf_keras: the loss is a lambda, whose parameters have the order of other libraries
import numpy as np, tf_keras
from tf_keras import layers

x = np.random.rand(20, 4).astype("float32")
rain = tf_keras.Sequential([layers.Dense(4, "relu"), layers.Dense(1, activation="sigmoid")], name="rain")
rain.compile(
    optimizer="sgd",
    loss=lambda probs, labels: tf_keras.losses.binary_crossentropy(labels, probs, label_smoothing=0.1),  # finds: LT536 rain
)
rain.fit(x, (x[:, :1] > 0.3).astype("float32"), verbose=0)
