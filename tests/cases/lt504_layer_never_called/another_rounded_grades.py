# LT504 in another program: outputs are rounded before the loss (https://stackoverflow.com/questions/46596636)
import numpy as np, tensorflow as tf, keras
from keras import layers

def grade_distance(truth, predicted):
    return tf.reduce_mean(tf.square(truth - tf.round(predicted)), axis=-1)  # finds: LT504

grades = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="grades")
grades.compile("adam", loss=grade_distance)
grades.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
