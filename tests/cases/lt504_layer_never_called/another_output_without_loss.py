# LT504 in another program: one of two heads has no loss: https://github.com/keras-team/keras/issues/15019
import numpy as np, keras
from keras import layers

profile = keras.Input((5,), name="profile")
hidden = layers.Dense(8, activation="relu", name="body")(profile)
kind = layers.Dense(1, activation="sigmoid", name="kind")(hidden)
age = layers.Dense(1, name="age_of_person")(hidden)
model = keras.Model(profile, {"kind": kind, "age": age}, name="two_heads")
model.compile(
    optimizer="adam",
    loss={"kind": "binary_crossentropy"},  # finds: LT504 age_of_person
)
x = np.random.rand(16, 5).astype("float32")
before = model.get_layer("age_of_person").get_weights()[0]
model.fit(x, {"kind": x[:, :1] > 0.5, "age": 90 * x[:, 1:2]}, verbose=0)
print("age is trained:", (before != model.get_layer("age_of_person").get_weights()[0]).any())
