import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((4, 3), "float32")
# a layer that the model has, too
shared = layers.Dense(3)
inp = keras.Input((3,))
model = keras.Model(inp, shared(layers.Lambda(lambda t: shared(t) * 0.5)(inp)))
model.compile("sgd", "mse"); model.fit(x, x, verbose=0)
# a frozen encoder, and a teacher that never trains
frozen, teacher = layers.Dense(3, trainable=False), layers.Dense(3)
inp = keras.Input((3,))
h = layers.Lambda(lambda t: frozen(t) + teacher(t, training=False))(inp)
student = keras.Model(inp, layers.Dense(3)(h))
student.compile("sgd", "mse"); student.fit(x, x, verbose=0)
# a model that was trained before
scaler = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
scaler.compile("sgd", "mse"); scaler.fit(x, x, verbose=0)
inp = keras.Input((3,))
keras.Model(inp, layers.Lambda(lambda t: scaler(t) * 2.0)(inp)).predict(x, verbose=0)
# weights that came from elsewhere
loaded = layers.Dense(3); loaded.build((None, 3)); loaded.set_weights([np.eye(3), np.zeros(3)])
inp = keras.Input((3,))
keras.Model(inp, layers.Lambda(lambda t: loaded(t))(inp)).predict(x, verbose=0)
# layers with nothing to train
scale = layers.Rescaling(0.5)
norm = layers.Normalization(); norm.adapt(x)
inp = keras.Input((3,))
keras.Model(inp, layers.Lambda(lambda t: norm(scale(t)))(inp)).predict(x, verbose=0)
# a layer that the program trains on its own, with a Lambda for the evaluation only
alone, optimizer = layers.Dense(1), keras.optimizers.SGD(0.1)
with tf.GradientTape() as tape: loss = tf.reduce_mean(alone(x) ** 2)
optimizer.apply_gradients(zip(tape.gradient(loss, alone.trainable_variables), alone.trainable_variables))
inp = keras.Input((3,))
print(keras.Model(inp, layers.Lambda(lambda t: alone(t))(inp)).predict(x, verbose=0).shape)
