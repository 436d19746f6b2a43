import numpy as np, tensorflow as tf, keras
from keras import layers

@keras.saving.register_keras_serializable("clones")
class Filter(layers.Layer):
    def __init__(self, width, causal=False, scale=1.5, **kw):
        super().__init__(**kw); self.width, self.causal, self.scale = width, causal, scale
        self.d = layers.Dense(width)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x) * self.scale
    def get_config(self):
        config = {**super().get_config(), "width": self.width, "causal": self.causal}
        return config if self.scale == 1.5 else {**config, "scale": self.scale}  # a default may be omitted
model = keras.Sequential([keras.Input((4, 2)), Filter(2, name="first"), Filter(3, True, 2.5, name="second"), Filter(4, scale=float("1.5"), name="third")])
keras.models.clone_model(model)
keras.models.clone_model(keras.models.clone_model(model))
model.save("filters.keras"); keras.models.load_model("filters.keras")
layers.Bidirectional(layers.LSTM(2, name="plain"))(np.ones((1, 3, 2), "float32"))
plain, causal = (keras.Sequential([keras.Input((4, 2)), Filter(2, causal=c, name="same")]) for c in (False, True))
keras.models.clone_model(plain), keras.models.clone_model(causal)
