# Adapted again between two predictions: https://github.com/keras-team/keras/issues/17287
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

states = layers.Normalization(axis=-1, name="states")
states.adapt(np.arange(8.0).reshape(4, 2))
critic = keras.Sequential([keras.Input((2,)), states, layers.Dense(1, kernel_initializer="ones")], name="critic")
critic.compile("sgd", "mse")

point = np.full((1, 2), 50.0)
critic.predict(point, verbose=0)
states.adapt(np.array([[49.0, 49.0], [51.0, 51.0]]))  # finds: LT210 states
print("predicted:", critic.predict(point, verbose=0).round(1), "called:", np.array(critic(point)).round(1))
