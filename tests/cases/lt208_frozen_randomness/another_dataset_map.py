# LT208 in another program: https://github.com/tensorflow/tensorflow/issues/40620
import random
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

def bright(image, label):
    image = image * np.random.uniform(0.5, 1.5)  # finds: LT208 -
    return image, label
class Crop:
    def __init__(self): self.rng = random.Random(0)
    def at(self, x): return x[self.rng.randint(0, 2):][:2]  # finds: LT208 -
def noisy(truth, guess): return ops.mean((truth + np.random.normal() - guess) ** 2)  # finds: LT208 -
images = tf.data.Dataset.from_tensor_slices((np.ones((4, 2), "float32"), np.ones((4, 1)))).map(bright).batch(2)
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); model.compile("sgd", noisy)
model.fit(images, epochs=2, verbose=0)
print([x.tolist() for x in tf.data.Dataset.from_tensor_slices(np.ones((3, 4))).map(Crop().at).as_numpy_iterator()])
