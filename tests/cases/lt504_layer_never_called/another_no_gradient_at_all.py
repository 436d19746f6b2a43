# LT504 in another program: the whole model is called before the tape, in a loop of the module, so Keras raises
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)], name="model")
optimizer = keras.optimizers.Adam()
for _ in range(2):
    predicted = model(tf.ones((2, 4)), training=True)  # finds: LT504 model
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(predicted ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
