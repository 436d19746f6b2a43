# LT509 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

critic = keras.Sequential([keras.Input((2,)), layers.Dense(4, activation="relu"), layers.Dense(1)], name="critic")
maker = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="maker")
critic.trainable = False
gan = keras.Sequential([keras.Input((3,)), maker, critic], name="gan")
gan.compile("adam", "mse")
critic.trainable = True
critic.compile("adam", "mse")

before = critic.get_weights()[0].copy()
critic.trainable = False  # before each step of gan
gan.train_on_batch(np.random.rand(4, 3), np.ones((4, 1)))
critic.trainable = True  # after it
print("the combined model changed the critic:", not np.array_equal(before, critic.get_weights()[0]))
