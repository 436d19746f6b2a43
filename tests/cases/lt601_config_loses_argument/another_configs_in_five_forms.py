# LT601 in another program: configs that are written in five ways, and one argument that no attribute keeps
import numpy as np, tensorflow as tf, keras
from keras import layers

class Updated(layers.Layer):
    def __init__(self, units, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units, self.share = units, rate
    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config  # finds: LT601 updated
    def call(self, x): return x * self.share

class Several(layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)
    def get_config(self):
        return {  # finds: LT601 several
            **super().get_config(),
            "units": self.units  # its width
        }
    def call(self, x): return self.activation(x)

class Joined(layers.Layer):
    def __init__(self, units, power=1, **kwargs):
        super().__init__(**kwargs)
        self.units = int(units)
        self.power = power
    def get_config(self):
        base = super().get_config()
        return dict(  # finds: LT601 joined
            list(base.items()) + [("units", self.units)]
        )
    def call(self, x): return x ** self.power

class Unkept(layers.Layer):
    def __init__(self, width=4, **kwargs):
        super().__init__(**kwargs)
        self.scale = width ** -0.5
    def get_config(self):
        return super().get_config()  # finds: LT601 unkept
    def call(self, x): return x * self.scale

class Base(layers.Layer):
    def __init__(self, units, **kwargs): super().__init__(**kwargs); self.units = units
    def get_config(self): return dict(super().get_config(), units=self.units)
    def call(self, x): return x
class Derived(Base):
    def __init__(self, units, offset=0.0, **kwargs):  # finds: LT601 derived
        super().__init__(units, **kwargs); self.offset = offset
    def call(self, x): return x + self.offset

model = keras.Sequential([
    keras.Input((4,)), Updated(4, rate=0.5), Several(4, activation="relu"), Joined(4, power=2), Unkept(16), Derived(4, offset=1.0),
])
x = -2 * np.ones((1, 4), "float32")
print("a clone is the same:", np.allclose(model(x), keras.models.clone_model(model)(x)))
