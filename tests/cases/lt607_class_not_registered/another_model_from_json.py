# LT607 in another program: a model from its JSON
import keras
from keras import layers

class Twice(layers.Layer):  # finds: LT607 twice
    def call(self, x): return x * 2.0

inputs = keras.Input((3,))
model = keras.Model(inputs, Twice(name="twice")(inputs))
keras.models.model_from_json(model.to_json())
