"""Is my layer correct? Its config forgets an argument, and its build forgets a layer.

Look for:
- `✗ variables-in-build`: a failed check has the line to blame; below the list it has the evidence and a fix.
- `– keras-file it needs variables-in-build, which fails`: what cannot be tried is not counted as passed.
- `its copy Head(), with the default of scale`: two events are the evidence, `init` of the layer and of its
  copy.
- `instead: "scale": self.scale`: the code that cures it.
"""

import keras
import rich

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
rich.print(report)
