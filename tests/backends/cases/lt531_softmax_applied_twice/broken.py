# "The loss gets stuck at 0.55" (https://github.com/tensorflow/tensorflow/issues/14405)
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32") + (x[:, 1] > 0)
inputs = keras.Input((4,))
hidden = layers.Dense(8, activation="relu")(inputs)
kinds = layers.Dense(3, activation="softmax", name="kinds")(hidden)  # finds: LT531 kinds
model = keras.Model(inputs, kinds)
model.compile(keras.optimizers.Adam(0.3), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
history = model.fit(x, y, epochs=8, verbose=0).history
print("learned", history["loss"][-1] < 0.5)
