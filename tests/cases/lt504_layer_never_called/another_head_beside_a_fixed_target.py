# LT504 in another program: the loss leaves out a head; the target of another network is stopped on purpose
import keras
import tensorflow as tf
from keras import layers

inputs = keras.Input((3,))
hidden = layers.Dense(4)(inputs)
heads = layers.Dense(3, name="image")(hidden), layers.Dense(1, name="aux")(hidden)
model = keras.Model(inputs, heads, name="painter")
critic = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="critic")
optimizer = keras.optimizers.Adam()
x = tf.random.uniform((32, 3))

def step(x):
    with tf.GradientTape() as tape:
        image, _ = model(x, training=True)  # finds: LT504 aux
        loss = tf.reduce_mean((critic(image) - tf.stop_gradient(critic(x))) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))

for _ in range(3):
    step(x)
