# A moving average of the trainable variables leaves the normalization of the teacher as it was created.
# After https://github.com/keras-team/keras/issues/18949
import numpy as np
import keras
from keras import layers


def make(name):
    return keras.Sequential([keras.Input((3,)), layers.BatchNormalization(name=f"{name}_norm"), layers.Dense(1)], name=name)


pupil, mean_pupil = make("pupil"), make("mean_pupil")
pupil.compile("adam", "mse")
x = np.random.default_rng(0).normal(30.0, 5.0, size=(32, 3)).astype("float32")
for _ in range(3):
    pupil.fit(x, x[:, :1] - 30.0, verbose=0)
    for average, value in zip(mean_pupil.trainable_weights, pupil.trainable_weights):  # finds: LT544 mean_pupil_norm
        average.assign(0.5 * average + 0.5 * value)
mean_pupil.compile(loss="mse")
print("errors", pupil.evaluate(x, x[:, :1] - 30.0, verbose=0), mean_pupil.evaluate(x, x[:, :1] - 30.0, verbose=0))
