# A teacher is frozen, cloned as the student, and asked; a loop freezes the first layers, with the input; the
# original is frozen before it is cloned, and the clone is frozen, too.
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")


def network():
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(3)(inputs)))


teacher = network()
student = keras.models.clone_model(teacher)
student.set_weights(teacher.get_weights())
teacher.trainable = False
student.compile("sgd", "mse")
student.fit(x, teacher.predict(x, verbose=0), verbose=0)

model = network()
for layer in model.layers[:2]:
    layer.trainable = False
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)

base = network()
base.trainable = False
copy = keras.models.clone_model(base)
copy.set_weights(base.get_weights())
copy.trainable = False
tuned = keras.Sequential([keras.Input((4,)), copy, layers.Dense(1)])
tuned.compile("sgd", "mse")
tuned.fit(x, x[:, :1], verbose=0)
