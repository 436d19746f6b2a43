# Grad-CAM wants the maps of the base and the answer of the classifier around it in one model.
import numpy as np
import keras
from keras import layers

base = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, name="maps")], name="base")
picture = keras.Input((8, 8, 1), name="picture")
pool, head = layers.GlobalMaxPooling2D(name="pool"), layers.Dense(3, name="head")
classifier = keras.Model(picture, head(pool(base(picture))), name="classifier")


class GradCam:
    def __init__(self, base, classifier):
        last = base.layers[-1].output
        self.model = keras.Model(  # finds: LT316 maps
            classifier.inputs, [last, classifier.output]
        )


print(len(GradCam(base, classifier).model(np.ones((1, 8, 8, 1), "float32"))))
