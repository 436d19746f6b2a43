# LT527 in another program: a schedule for the first fit goes on in the second, which changes nothing
import numpy as np, keras
from keras import layers

x = np.random.rand(32, 3)
down = keras.optimizers.schedules.PolynomialDecay(0.1, 8, end_learning_rate=0.0)  # finds: LT527 net
net = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="net")
net.compile(keras.optimizers.SGD(down), "mse")
net.fit(x, x[:, :2], batch_size=8, epochs=2, verbose=0)
net.fit(x, x[:, :2], batch_size=8, epochs=3, verbose=0)
