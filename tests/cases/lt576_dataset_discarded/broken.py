# The result of map is thrown away, twice: https://github.com/EscVM/RAMS/issues/15
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)


def brighter(image, label):
    return image + 5.0, label


def pipeline(x, y, augment):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if augment:
        ds.map(brighter, num_parallel_calls=2)  # finds: LT576 -
        ds.shuffle(16)  # finds: LT576 -
    return ds.batch(4).prefetch(1)


x = np.zeros((16, 3), "float32")
train = pipeline(x, x[:, :1], augment=True)
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="model")
model.compile("sgd", "mse")
model.fit(train, epochs=2, verbose=0)
print("the images are brighter:", max(float(tf.reduce_max(images)) for images, _ in train) > 1)
