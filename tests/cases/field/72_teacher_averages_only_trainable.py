# SOURCE: https://github.com/keras-team/keras/issues/18949
# SYMPTOM: a teacher with the moving average of the student's weights is much worse than the student at inference
# CULPRIT: norm
# LINE: 26
# FIX: copy the non-trainable variables (moving mean and variance) from the student too
# OUTCOME: silent
# IDEAL: the teacher's norm still has moving_mean 0 and moving_variance 1: only trainable variables were averaged, the statistics were never copied.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


def network(name):
    return keras.Sequential([keras.Input((5,)), layers.BatchNormalization(momentum=0.5, name="norm"),
                             layers.Dense(1, name="out")], name=name)


class Average(keras.callbacks.Callback):
    def __init__(self, teacher, decay):
        super().__init__()
        self.teacher, self.decay = teacher, decay

    def on_train_batch_end(self, batch, logs=None):
        for mean, new in zip(self.teacher.trainable_variables, self.model.trainable_variables):
            mean.assign(self.decay * mean + (1.0 - self.decay) * new)


rng = np.random.default_rng(0)
x = rng.normal(20.0, 4.0, size=(128, 5)).astype("float32")
y = (x[:, :1] - 20.0) / 4.0
student, teacher = network("student"), network("teacher")
teacher.set_weights(student.get_weights())
student.compile(keras.optimizers.Adam(0.05), "mse")
student.fit(x, y, epochs=6, batch_size=16, verbose=0, callbacks=[Average(teacher, 0.8)])
teacher.compile(loss="mse")
print("student", round(student.evaluate(x, y, verbose=0), 2), "teacher", round(teacher.evaluate(x, y, verbose=0), 2))
