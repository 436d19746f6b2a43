"""A callback halves the weights after each batch; on JAX, fit takes no notice.

https://github.com/keras-team/keras/issues/19054
"""

import keras
import numpy as np


class Halve(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        for weight in self.model.trainable_weights:
            weight.assign(0.5 * weight)


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="head")])
model.compile("sgd", "mse")
model.fit(np.ones((16, 3)), np.ones((16, 2)), batch_size=4, callbacks=[Halve()], verbose=0)
