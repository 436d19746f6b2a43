# LT203 in another program: compiled in each epoch for the rate: https://github.com/keras-team/keras/issues/4163
import numpy as np, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="net")
for epoch in range(4):
    rate = 0.01 * 0.5 ** epoch
    net.compile(keras.optimizers.Adam(rate), "mse")  # finds: LT203 net
    net.fit(x, x[:, :1], verbose=0)
print("steps:", int(net.optimizer.iterations))
