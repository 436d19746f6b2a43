# SOURCE: https://github.com/keras-team/keras/issues/18949
# MENDED: twin of 72_teacher_averages_only_trainable.py, nothing is wrong here
# OUTCOME: silent
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
        for mean, new in zip(self.teacher.non_trainable_variables, self.model.non_trainable_variables):
            mean.assign(new)


rng = np.random.default_rng(0)
x = rng.normal(20.0, 4.0, size=(128, 5)).astype("float32")
y = (x[:, :1] - 20.0) / 4.0
student, teacher = network("student"), network("teacher")
teacher.set_weights(student.get_weights())
student.compile(keras.optimizers.Adam(0.05), "mse")
student.fit(x, y, epochs=6, batch_size=16, verbose=0, callbacks=[Average(teacher, 0.8)])
teacher.compile(loss="mse")
print("student", round(student.evaluate(x, y, verbose=0), 2), "teacher", round(teacher.evaluate(x, y, verbose=0), 2))
