# "Could not locate class 'Scale'": keras-team/keras issue 18299
import numpy as np, keras
from keras import layers

class Scale(layers.Layer):  # finds: LT607 scale
    def __init__(self, k=2.0, **kw): super().__init__(**kw); self.k = k
    def call(self, x): return x * self.k
    def get_config(self): return {**super().get_config(), "k": self.k}

model = keras.Sequential([keras.Input((3,)), Scale(3.0, name="scale"), layers.Dense(1)])
x = np.ones((2, 3)); before = model.predict(x, verbose=0)
model.save("scaled.keras")
print("same after loading:", np.allclose(keras.models.load_model("scaled.keras").predict(x, verbose=0), before))
