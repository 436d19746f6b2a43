# LT547 fixed
import numpy as np, keras
from keras import layers

base = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu", name="hidden"),
    layers.Dense(1, name="out"),
], name="base")
for layer in base.layers:
    layer.kernel_regularizer = keras.regularizers.L2(0.1)
weights = base.get_weights()
base = keras.models.clone_model(base)
base.set_weights(weights)
base.compile("sgd", "mse")
x = np.random.rand(16, 4).astype("float32")
base.fit(x, x[:, :1], epochs=2, verbose=0)
print("penalties:", len(base.losses))
