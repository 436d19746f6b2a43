# LT206 in another program: a regularizer of the user's that a layer of Keras holds
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Decay(keras.regularizers.Regularizer):
    def __init__(self, factor): self.factor = factor
    def __call__(self, weight): return self.factor * ops.sum(weight ** 2)
decay = Decay(0.1)
model = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_regularizer=decay, name="decayed")])
model.compile("sgd", "mse"); x, y = np.ones((4, 2)), np.ones((4, 1))
model.fit(x, y, verbose=0)
decay.factor = 0.0  # finds: LT206 decayed
model.fit(x, y, verbose=0)
