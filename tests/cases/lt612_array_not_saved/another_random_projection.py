# LT612 in another program: random numbers of each instance, in a constant tensor
import numpy as np, tensorflow as tf, keras
from keras import layers

@keras.saving.register_keras_serializable("cases")
class Project(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.directions = tf.constant(np.random.normal(size=(3, 2)), "float32")  # finds: LT612 project
    def call(self, x): return x @ self.directions

inputs = keras.Input((3,))
model = keras.Model(inputs, layers.Dense(1)(Project(name="project")(inputs)))
model.predict(np.ones((2, 3)), verbose=0)
model.save("project.keras")
keras.models.load_model("project.keras").predict(np.ones((2, 3)), verbose=0)
