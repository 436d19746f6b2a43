"""tf_keras builds a layer twice while it loads a model, and loads its weights afterwards."""

import numpy as np
import tf_keras
from tf_keras import layers


class Projection(layers.Layer):
    """Has a build that does not call that of its base class, so `built` stays False."""

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], 3))

    def call(self, x):
        return x @ self.kernel


inputs = tf_keras.Input((4,))
model = tf_keras.Model(inputs, Projection()(inputs))
model.compile("sgd", "mse")
model.fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
model.save("projection.keras")
loaded = tf_keras.models.load_model("projection.keras", custom_objects={"Projection": Projection})
ones = np.ones((1, 4), "float32")
print(np.allclose(model(ones), loaded(ones)), len(loaded.weights))
