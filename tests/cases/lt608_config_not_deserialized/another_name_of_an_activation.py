# LT608 in another program: a function comes back as its name
import keras
from keras import layers
@keras.saving.register_keras_serializable()
class Act(layers.Layer):
    def __init__(self, fn, **kw):
        super().__init__(**kw); self.fn = fn
    def call(self, x): return self.fn(x)
    def get_config(self): return {**super().get_config(), "fn": keras.activations.serialize(self.fn)}  # finds: LT608 act
m = keras.Sequential([keras.Input((3,)), Act(keras.activations.relu, name="act"), layers.Dense(1)])
m.save("a10.keras"); keras.models.load_model("a10.keras")
