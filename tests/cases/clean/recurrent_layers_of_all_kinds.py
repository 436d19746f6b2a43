import numpy as np, tensorflow as tf, keras
from keras import layers

inputs = keras.Input((5, 2))
x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(inputs)
x = layers.TimeDistributed(layers.Dense(4))(x)
x = layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)])(x)
model = keras.Model(inputs, x); model.compile("adam", "mse")
model.fit(np.ones((4, 5, 2)), np.ones((4, 2)), verbose=0)
stateful = keras.Sequential([keras.Input(batch_shape=(2, 3, 2)), layers.LSTM(2, stateful=True)])
for _ in range(3): stateful.predict(np.ones((2, 3, 2)), batch_size=2, verbose=0)
class Cell(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.state_size = 2; self.d = layers.Dense(2)
    def build(self, shape): self.d.build(shape)
    def call(self, x, states): y = self.d(x) + states[0]; return y, [y]
layers.RNN(Cell())(np.ones((1, 4, 2), "float32"))
