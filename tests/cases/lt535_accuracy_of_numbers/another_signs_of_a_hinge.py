# LT535 in another program: the classes are -1 and 1, as the hinge loss expects, and the accuracy counts 0 and 1
import numpy as np, keras
from keras import layers

class Margin(keras.Model):
    def __init__(self):
        super().__init__(name="margin")
        self.hidden, self.out = layers.Dense(4, activation="relu"), layers.Dense(1, activation="tanh")
    def call(self, x):
        return self.out(self.hidden(x))

x = np.random.normal(size=(60, 3)).astype("float32")
side = np.where(x[:, :1] > 0, 1, -1)
margin = Margin()
margin.compile(loss="hinge", optimizer=keras.optimizers.SGD(0.1), metrics=["accuracy"])  # finds: LT535 margin
margin.fit(x, side, epochs=3, verbose=0)
