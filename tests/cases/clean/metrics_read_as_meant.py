# Clean: one epoch, created in each epoch, read while it runs, over shards of one set, and the metrics of fit
import numpy as np, tensorflow as tf, keras
from keras import layers

values = [1.0, 2.0]
once = keras.metrics.Mean()
for epoch in range(1):
    for value in values: once.update_state(value)
    print(once.result())
for epoch in range(2):
    fresh = keras.metrics.Mean()
    for value in values: fresh.update_state(value)
    print(fresh.result())
running = keras.metrics.Mean()
for epoch in range(2):
    for value in values:
        running.update_state(value); print(running.result())
whole = keras.metrics.Mean()
for shard in (values, values):
    for value in shard: whole.update_state(value)
    print("so far", whole.result())
net = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); net.compile("sgd", "mse", metrics=[keras.metrics.MeanAbsoluteError()])
for round_ in range(2): net.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
