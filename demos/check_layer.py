"""Is my layer correct? Its contract, clause by clause: the config forgets an argument, and build a layer."""

import keras

from layertrace.testing import check_layer


class Head(keras.layers.Layer):
    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.norm = keras.layers.LayerNormalization()

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs):
        return self.norm(inputs @ self.kernel * self.scale)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


report = check_layer(lambda: Head(4, scale=2.0), "float32[2, 5]")
print(report)
