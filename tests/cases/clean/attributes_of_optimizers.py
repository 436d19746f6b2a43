# Attributes that optimizers have, that their own classes set, or that the program keeps for itself
import keras
import numpy as np


class Counting(keras.optimizers.SGD):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.steps_seen = 0

    def update_step(self, gradient, variable, learning_rate):
        self.last_shape = variable.shape
        super().update_step(gradient, variable, learning_rate)


optimizer = Counting(0.1)
optimizer.learning_rate = 0.01
optimizer.clipnorm = 1.0
optimizer.tag_of_the_run = "first"
optimizer.iteration = 0
net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
net.compile(optimizer, "mse")
net.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
optimizer.iteration += 1
print(optimizer.iteration)
