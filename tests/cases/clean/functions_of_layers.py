# Clean: functions in Lambda layers that bind a value of their own, or read one that is changed for all before the run
import numpy as np, tensorflow as tf, keras
from keras import layers

flow, parts = keras.Input((6,)), []
for i in range(3): parts.append(layers.Lambda(lambda t, i=i: t[:, i:i + 1])(flow))
def part(k): return layers.Lambda(lambda t: t[:, k:k + 1])
parts += [part(k)(flow) for k in range(3, 6)]
keras.Model(flow, layers.Concatenate()(parts)).predict(np.ones((2, 6)), verbose=0)
for j in range(3): layers.Lambda(lambda t: t * j)(tf.ones(2))  # runs at once, when j has its value
gain = 1.0
scaled = keras.Sequential([keras.Input((2,)), *(layers.Lambda(lambda t: t * gain) for _ in range(2))])
gain = 2.0
for _ in range(2): scaled.predict(np.ones((2, 2)), verbose=0)
for rate in (0.1, 0.2):  # a new model for each rate
    model = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda t: t * rate), layers.Dense(1)])
    model.compile("sgd", "mse"); model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
class Own(layers.Layer):  # a cell without dropout may be stepped by hand
    def __init__(self): super().__init__(); self.cell = layers.LSTMCell(4)
    def call(self, x):
        state = [tf.zeros((tf.shape(x)[0], 4))] * 2
        for t in range(3): out, state = self.cell(x[:, t], state)
        return out
model = keras.Sequential([keras.Input((3, 2)), layers.GRU(3, dropout=0.1, return_sequences=True), Own(), layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((5, 3, 2)), np.ones((5, 1)), batch_size=2, verbose=0)
