# LT527 in another program, of tf_keras: the number of examples was to be divided by the size of a batch, and twice was
import numpy as np, tf_keras
from tf_keras import layers
from tf_keras.optimizers.schedules import CosineDecay

batch, x = 4, np.random.rand(64, 3)
steps = 5 * len(x) // batch // batch
tagger = tf_keras.Sequential([layers.Input((3,)), layers.Dense(1)], name="tagger")
tagger.compile(tf_keras.optimizers.SGD(CosineDecay(0.1, steps)), "mse")  # finds: LT527 tagger
tagger.fit(x, x[:, :1], batch_size=batch, epochs=5, verbose=0)
