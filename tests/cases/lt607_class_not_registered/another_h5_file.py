# LT607 in another program: an .h5 file
import keras
from keras import layers

class Twice(layers.Layer):  # finds: LT607 twice
    def call(self, x): return x * 2.0

model = keras.Sequential([keras.Input((3,)), Twice(name="twice"), layers.Dense(1)])
model.save("twice.h5"); keras.models.load_model("twice.h5")
