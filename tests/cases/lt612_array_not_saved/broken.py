# "saved and loaded, the detector calls everything novel": tensorflow/tensorflow issue 36883
import numpy as np, keras
from keras import layers

@keras.saving.register_keras_serializable("cases")
class Center(layers.Layer):
    def build(self, shape):
        self.middle = np.zeros(shape[-1], "float32")  # finds: LT612 center
    def learn(self, x):
        self.middle = x.mean(axis=0)
    def call(self, x): return x - self.middle

x = np.random.default_rng(0).normal(5.0, size=(16, 2)).astype("float32")
model = keras.Sequential([keras.Input((2,)), Center(name="center"), layers.Dense(1)])
model.layers[0].learn(x)
before = model.predict(x, verbose=0)
model.save("center.keras")
again = keras.models.load_model("center.keras")
print("same after loading:", np.allclose(again.predict(x, verbose=0), before, atol=1e-5))
