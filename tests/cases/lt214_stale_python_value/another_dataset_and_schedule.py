# LT214 in another program: what a dataset's function, a schedule and a regularizer read
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Steps(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self): self.rate = 0.1
    def __call__(self, step): return self.rate
size = 2
def crop(x, y): return x[:size], y
data = tf.data.Dataset.from_tensor_slices((np.ones((4, 2)), np.ones((4, 1)))).map(crop).batch(2)
steps = Steps()
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); model.compile(keras.optimizers.SGD(steps), "mse")
model.fit(data, epochs=2, verbose=0)
steps.rate = 0.01  # finds: LT214 -
model.fit(data, verbose=0)
size = 1  # finds: LT214 -
for x, _ in data: print(x.shape)
