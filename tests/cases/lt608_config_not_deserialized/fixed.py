# LT608 fixed
import numpy as np, keras
from keras import layers

@keras.saving.register_keras_serializable("cases")
class Residual(layers.Layer):
    def __init__(self, inner, **kw): super().__init__(**kw); self.inner = inner
    def build(self, shape): self.inner.built or self.inner.build(shape)
    def call(self, x): return x + self.inner(x)
    def get_config(self):
        return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner)}
    @classmethod
    def from_config(cls, config):
        config["inner"] = keras.saving.deserialize_keras_object(config["inner"])
        return cls(**config)

inputs = keras.Input((4,))
model = keras.Model(inputs, Residual(layers.Dense(4), name="residual")(inputs))
x = np.ones((2, 4)); before = model.predict(x, verbose=0)
model.save("residual.keras")
print("same after loading:", np.allclose(keras.models.load_model("residual.keras").predict(x, verbose=0), before))
