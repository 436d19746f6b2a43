import numpy as np, tensorflow as tf, keras
from keras import layers

@keras.saving.register_keras_serializable()
class Block(layers.Layer):
    def __init__(self, units, activation="relu", **kw):
        super().__init__(**kw); self.units, self.activation = units, keras.activations.get(activation)
        self.d = layers.Dense(units)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.activation(self.d(x))
    def get_config(self): return {**super().get_config(), "units": self.units, "activation": keras.activations.serialize(self.activation)}
model = keras.Sequential([keras.Input((3,)), Block(4), layers.Dense(1)])
model.compile("adam", "mse"); model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
model.save("model.keras"); again = keras.models.load_model("model.keras"); again.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
model.save_weights("w.weights.h5"); again.load_weights("w.weights.h5")
