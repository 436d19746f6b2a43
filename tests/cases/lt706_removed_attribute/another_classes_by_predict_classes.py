# Classes are predicted by a method that models had in Keras 2
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="softmax")], name="net")
x = np.ones((5, 3), "float32")
print("classes", model.predict_classes(x).shape)  # finds: LT706 -
