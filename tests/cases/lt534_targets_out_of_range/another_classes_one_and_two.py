# LT534 in another program: the two classes are numbered from 1, as in a table of a survey
import keras
import numpy as np
from keras import layers

answers = np.random.default_rng(4).normal(size=(40, 3))
group = np.where(answers[:, 0] > 0, 2, 1)
poll = keras.Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")], name="poll")
poll.compile("adam", "binary_crossentropy")
poll.fit(answers, y=group, verbose=0)  # finds: LT534 poll
