# The same in a loop of one's own over a functional model, with the variables of the last layer only.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

image = keras.Input((6, 6, 1))
h = layers.BatchNormalization(name="stem_norm")(layers.Conv2D(2, 3)(image))
backbone = keras.Model(image, layers.GlobalAveragePooling2D()(h), name="backbone")
picture = keras.Input((6, 6, 1))
model = keras.Model(picture, layers.Dense(1, name="head")(backbone(picture)), name="model")
optimizer = keras.optimizers.SGD(0.1)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x, training=True) - y) ** 2)  # finds: LT543 stem_norm
    variables = model.get_layer("head").trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))


for _ in range(2):
    step(tf.ones((4, 6, 6, 1)), tf.ones((4, 1)))
