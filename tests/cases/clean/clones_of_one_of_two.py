import keras
from keras import layers

class Scale(layers.Layer):
    """prints in a debugging session, which is not a part of its config"""
    def __init__(self, rate, verbose=False, **kwargs): super().__init__(**kwargs); self.rate, self.verbose = rate, verbose
    def call(self, x): return x * self.rate
    def get_config(self): return {**super().get_config(), "rate": self.rate}
def model_of(**options): return keras.Sequential([keras.Input((2,)), Scale(2.0, name="scale", **options), layers.Dense(1)])
watched, plain = model_of(verbose=True), model_of()
copy = keras.models.clone_model(plain)
