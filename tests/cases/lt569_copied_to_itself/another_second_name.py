# LT569 in another program: the teacher is a second name of the student, and follows it slowly
import numpy as np, keras
from keras import layers

class Follow(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        teacher.set_weights([0.9 * old + 0.1 * new for old, new in zip(teacher.get_weights(), student.get_weights())])

student = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)], name="student")
teacher = student  # finds: LT569 student
student.compile("adam", "mse")
x = np.random.rand(16, 3).astype("float32")
student.fit(x, x[:, :1], epochs=3, verbose=0, callbacks=[Follow()])
