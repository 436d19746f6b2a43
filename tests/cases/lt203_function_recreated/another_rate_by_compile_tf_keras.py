# LT203 in another program, with tf_keras: a function warms the rate of RMSprop up, by one compile after the other
import numpy as np, tf_keras
from tf_keras import layers

def warm_up(model, x, y, rates):
    for rate in rates:
        model.compile(loss="mae", optimizer=tf_keras.optimizers.RMSprop(learning_rate=rate, rho=0.8))  # finds: LT203 warm
        model.fit(x, y, epochs=2, batch_size=8, verbose=0)
warm = tf_keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(1)], name="warm")
data = np.random.rand(24, 3).astype("float32")
warm_up(warm, data, data.sum(axis=1), [1e-5, 1e-4, 1e-3])
