# The pretrained encoder is frozen, but the model has a clone of it, which is trained.
import numpy as np
import keras
from keras import layers

encoder = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="code")], name="encoder")
used = keras.models.clone_model(encoder)
used.set_weights(encoder.get_weights())
tuned = keras.Sequential([keras.Input((4,)), used, layers.Dense(1, name="head")], name="tuned")
encoder.trainable = False  # finds: LT545 encoder
x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
before = used.get_weights()[0].copy()
tuned.compile("sgd", "mse")
tuned.fit(x, x[:, :1], verbose=0)
print("moved by", np.abs(used.get_weights()[0] - before).max())
