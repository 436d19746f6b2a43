import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((4, 3), "float32")
# the discriminator is frozen for the combined model, and has a list and an optimizer of its own
judge = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="judge")
maker = keras.Sequential([keras.Input((2,)), layers.Dense(3)], name="maker")
of_judge = list(judge.trainable_variables)
judge.trainable = False
both = keras.Sequential([maker, judge], name="both")
for_judge, for_both = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)
for _ in range(2):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(judge(x, training=True) ** 2)
    for_judge.apply_gradients(zip(tape.gradient(loss, of_judge), of_judge))
    with tf.GradientTape() as tape: loss = tf.reduce_mean(both(x[:, :2], training=True) ** 2)
    for_both.apply_gradients(zip(tape.gradient(loss, both.trainable_variables), both.trainable_variables))
# all variables are passed, those that are not trained get no gradient
norm = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.1)
norm.layers[0].trainable = False
with tf.GradientTape() as tape: loss = tf.reduce_mean(norm(x) ** 2)
variables = norm.trainable_variables
optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
# the list is taken in each step, with another layer frozen each time
net, optimizer = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(1)]), None
for frozen in net.layers:
    frozen.trainable = False
    optimizer = keras.optimizers.SGD(0.1)
    with tf.GradientTape() as tape: loss = tf.reduce_mean(net(x, training=True) ** 2)
    variables = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    frozen.trainable = True
