import numpy as np, tensorflow as tf, keras
from keras import layers

beta, learned = tf.Variable(0.0), tf.Variable(1.0)
class Anneal(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): beta.assign(epoch / 2.0)
factor = tf.Variable(0.5)
inputs = keras.Input((2,))
x = layers.Lambda(lambda t: t * beta, name="beta")(layers.Dense(2)(inputs))
model = keras.Model(inputs, layers.Lambda(lambda t: t * factor, name="factor")(x))
optimizer = keras.optimizers.SGD()
for _ in range(2):
    weights = [*model.trainable_variables, factor]
    with tf.GradientTape() as tape: loss = tf.reduce_mean(model(tf.ones((4, 2)), training=True))
    gradients = tape.gradient(loss, weights)
    optimizer.apply(gradients[:-1], weights[:-1]); factor.assign_sub(0.1 * gradients[-1])
model.compile("sgd", "mse"); model.fit(np.ones((4, 2)), np.ones((4, 2)), callbacks=[Anneal()], verbose=0)
