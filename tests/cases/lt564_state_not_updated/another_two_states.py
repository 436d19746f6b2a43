# LT564 in another program, with tf_keras: a cell with two states computes new ones, and returns those from before
import numpy as np, tensorflow as tf, tf_keras as keras

class Tank(keras.layers.Layer):
    def __init__(self, width):
        super().__init__(name="tank")
        self.width, self.state_size, self.output_size = width, [width, width], width
        self.gate, self.fill = keras.layers.Dense(width, activation="sigmoid"), keras.layers.Dense(width)

    def call(self, inputs, states, training=None):
        level, flow = states
        pressure = tf.concat([inputs, level], -1)
        inflow = self.gate(pressure) * flow + self.fill(pressure)
        if training:
            return level + inflow, [level, flow]
        return level + inflow, (level, flow)  # finds: LT564 tank

inputs = keras.Input((5, 2))
model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.RNN(Tank(3))(inputs)))
model.compile("adam", "mse")
x = np.ones((8, 5, 2), "float32")
model.fit(x, x[:, 0, :1], verbose=0)
