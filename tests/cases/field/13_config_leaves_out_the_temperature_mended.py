# SOURCE: https://github.com/keras-team/keras/issues/17383
# MENDED: twin of 13_config_leaves_out_the_temperature.py, nothing is wrong here
# OUTCOME: silent
import os
import tempfile
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable(package="student")
class Soften(layers.Layer):
    def __init__(self, floor=0.0, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.floor = floor
        self.temperature = temperature

    def call(self, logits):
        return ops.maximum(ops.softmax(logits / self.temperature), self.floor)

    def get_config(self):
        return {**super().get_config(), "floor": self.floor, "temperature": self.temperature}


inp = keras.Input((5,))
out = Soften(0.01, 4.0, name="soften")(layers.Dense(3, name="logits")(inp))
teacher = keras.Model(inp, out, name="teacher")
teacher.compile(optimizer=keras.optimizers.Adam(0.1), loss="sparse_categorical_crossentropy")
rng = np.random.default_rng(0)
x = rng.normal(size=(32, 5)).astype("float32")
teacher.fit(x, np.argmax(x[:, :3], axis=1), epochs=5, verbose=0)
before = teacher.predict(x, verbose=0)
path = os.path.join(tempfile.mkdtemp(), "teacher.keras")
teacher.save(path)
again = keras.models.load_model(path)
print("after loading the answers differ by", round(float(np.abs(again.predict(x, verbose=0) - before).max()), 4))
