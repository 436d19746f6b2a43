# LT537 in another program, of tf_keras: a label of -1 stands for what is not known
import numpy as np, tf_keras
from tf_keras import layers

known = np.arange(12) % 3
known[::4] = -1
judge = tf_keras.Sequential([layers.Input((2,)), layers.Dense(3, name="verdict")])
judge.compile("adam", tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
judge.fit(np.random.rand(12, 2), known, verbose=0)  # finds: LT537 verdict
