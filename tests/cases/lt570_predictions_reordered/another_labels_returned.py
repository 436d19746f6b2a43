# LT570 in another program: functions return the predictions and the labels, so no line can keep one order for both
import numpy as np, tensorflow as tf, keras
from keras import layers

def labels_of(rows):
    return np.concatenate([label for _, label in rows])

def guesses_of(model, data):
    return model.predict(data, verbose=0)  # finds: LT570 meter

x = np.random.rand(24, 2).astype("float32")
readings = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).shuffle(24).batch(8)
meter = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="meter")
errors = labels_of(readings) - guesses_of(meter, readings)
