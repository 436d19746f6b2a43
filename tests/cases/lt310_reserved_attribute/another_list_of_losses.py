# A list of losses, assigned together with something else
import keras


class Tracker(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps, self.losses = 0, []  # finds: LT310 tracker


Tracker(name="tracker")
