# Clean: a few sizes, modes and models, each with a graph that runs often; data with and without targets
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((None, 3)), layers.GRU(2)])
@tf.function
def encode(x): return model(x)
for _ in range(6):
    for bucket in (4, 8, 16, 32): encode(tf.ones((2, bucket, 3)))
@tf.function
def run(x, mode): return model(x) if mode != "raw" else x
for _ in range(6):
    for mode in ("train", "eval", "half", "raw"): run(tf.ones((2, 4, 3)), mode)
@tf.function
def forward(net, x): return net(x)
ensemble = [keras.Sequential([keras.Input((3,)), layers.Dense(n)]) for n in (1, 2, 3, 4)]
for _ in range(6):
    for net in ensemble: forward(net, tf.ones((2, 3)))

net = ensemble[0]; net.compile("sgd", "mse")
x, y, weights = np.ones((4, 3), "float32"), np.ones((4, 1)), np.ones(4)
net.fit(x, y, verbose=0); net.fit(x, y, sample_weight=weights, verbose=0)
net.train_on_batch(x, y); net.train_on_batch(x, y, sample_weight=weights)
net.predict(x, verbose=0); net.predict_on_batch(x); net.predict_on_batch(x.astype("float64"))
