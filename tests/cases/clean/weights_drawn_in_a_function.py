"""A function with a constant seed draws the weights of each layer, and its graphs run once each.

So does the layer in TensorFlow's guide "Distributed training with Core APIs and DTensor".
"""

import tensorflow as tf

draw = tf.function(tf.random.stateless_uniform)


@tf.function
def drawn(shape):
    return tf.random.stateless_normal(shape, seed=(1, 2))


weights = [tf.Variable(draw(shape=(rows, 3), seed=(22, 23), minval=-1.0, maxval=1.0)) for rows in (2, 4)]
bias = tf.Variable(drawn((3,)))
tf.print(weights[0].shape, weights[1].shape, bias.shape)
