# LT560 in another program, with tf_keras: a method of a reader is the generator, and fit gets no number of steps
import numpy as np, tf_keras as keras

class Reader:
    def __init__(self, rows): self.rows = rows

    def stream(self):
        rows = np.random.default_rng(0).permutation(self.rows)
        for row in range(0, len(rows), 4):  # finds: LT560 net
            yield rows[row:row + 4], rows[row:row + 4, :1]

net = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))], name="net")
net.compile("sgd", "mse")
net.fit(Reader(np.ones((16, 3), "float32")).stream(), epochs=3, verbose=0)
