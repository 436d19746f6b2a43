# SOURCE: https://github.com/keras-team/keras/issues/15019
# MENDED: twin of 30_a_head_without_a_loss.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


def two_heads():
    inp = keras.Input((5,), name="profile")
    h = layers.Dense(8, activation="relu", name="body")(inp)
    kind = layers.Dense(1, activation="sigmoid", name="kind")(h)
    age = layers.Dense(1, name="age")(h)
    return keras.Model(inp, {"kind": kind, "age": age}, name="two_heads")


rng = np.random.default_rng(0)
x = rng.normal(size=(64, 5)).astype("float32")
y = {"kind": (x[:, :1] > 0).astype("float32"), "age": 40 + 10 * x[:, 1:2]}
model = two_heads()
model.compile(optimizer=keras.optimizers.Adam(0.05),
              loss={"kind": "binary_crossentropy", "age": "mse"})
first = model.get_layer("age").get_weights()
model.fit(x, y, epochs=5, verbose=0)
print("age head moved by", round(float(np.abs(model.get_layer("age").get_weights()[1] - first[1]).max()), 4))
