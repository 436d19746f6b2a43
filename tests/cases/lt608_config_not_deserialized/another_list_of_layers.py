# LT608 in another program: a list of layers, and a clone
import keras
from keras import layers
@keras.saving.register_keras_serializable()
class Chain(layers.Layer):
    def __init__(self, parts, **kw):
        super().__init__(**kw); self.parts = parts
    def call(self, x):
        for part in self.parts: x = part(x)
        return x
    def get_config(self):
        return {**super().get_config(), "parts": [keras.saving.serialize_keras_object(p) for p in self.parts]}  # finds: LT608 chain
m = keras.Sequential([keras.Input((3,)), Chain([layers.Dense(3), layers.ReLU()], name="chain"), layers.Dense(1)])
keras.models.clone_model(m)
