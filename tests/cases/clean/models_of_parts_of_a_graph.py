# Models that share layers and Inputs; one is tried and refused, which the program expects.
import numpy as np
import keras
from keras import layers

left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
near = layers.Dense(4, name="near")(left)
both = layers.Add(name="both")([near, layers.Dense(4, name="far")(right)])
answer = layers.Dense(1, name="answer")(both)
model = keras.Model([left, right], answer, name="model")
tower = keras.Model(left, near, name="tower")
head = keras.Model(both, answer, name="head")
try:
    keras.Model(left, answer)
except ValueError as error:
    print("expected:", str(error)[:20])
ones = np.ones((2, 3), "float32")
print(model([ones, ones]).shape, tower(ones).shape, head(np.ones((2, 4), "float32")).shape)
