# LT605 in another program: a teacher in a function, which is gone at the end: https://github.com/ageron/handson-ml2/pull/302
import gc
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)


def distill(student, x, rounds=2):
    teacher = keras.models.clone_model(student)  # finds: LT605 student
    for _ in range(rounds):
        student.fit(x, teacher.predict(x, verbose=0), verbose=0)


x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
net = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name="student")
net.compile("adam", "mse")
net.fit(x, x[:, :1], epochs=2, verbose=0)
distill(net, x)
gc.collect()
