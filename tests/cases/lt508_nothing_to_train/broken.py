# The discriminator of a GAN is frozen after it is compiled: https://github.com/eriklindernoren/Keras-GAN/issues/73
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

critic = keras.Sequential([keras.Input((2,)), layers.Dense(4, activation="relu"), layers.Dense(1)], name="critic")
critic.compile("adam", "mse")
maker = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="maker")
critic.trainable = False  # finds: LT508 critic
gan = keras.Sequential([keras.Input((3,)), maker, critic], name="gan")
gan.compile("adam", "mse")

before = critic.get_weights()[0].copy()
for _ in range(3):
    noise = np.random.rand(4, 3).astype("float32")
    made = maker.predict(noise, verbose=0)
    critic.train_on_batch(np.concatenate([made, made + 1]), np.repeat([[0.0], [1.0]], 4, axis=0))
    gan.train_on_batch(noise, np.ones((4, 1)))
print("the critic moved:", not np.array_equal(before, critic.get_weights()[0]))
