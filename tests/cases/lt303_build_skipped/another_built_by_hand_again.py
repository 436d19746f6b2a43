# LT303 in another program
import tensorflow as tf, tf_keras
from tf_keras import layers

first, again = layers.Dense(2, name="first"), layers.Dense(2, name="again")
for layer in (first, again): layer.build((None, 3))
again.build((None, 5))  # finds: LT309 again
first(tf.ones((1, 3))); again(tf.ones((1, 5)))
