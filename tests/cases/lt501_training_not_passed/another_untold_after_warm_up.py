# Another program with LT501
import numpy as np, tensorflow as tf, keras
from keras import layers

told = keras.Sequential([layers.Dense(3), layers.Dropout(0.3, name="told"), layers.Dense(1)])
untold = keras.Sequential([layers.Dense(3), layers.BatchNormalization(name="untold"), layers.Dense(1)])
for model, given in ((told, {"training": True}), (untold, {})):
    model(tf.ones((1, 2)))
    sgd = keras.optimizers.SGD()
    for _ in range(2):
        with tf.GradientTape() as tape:
            error = tf.reduce_sum(model(tf.ones((3, 2)), **given) ** 2)  # finds: LT501 untold
        gradients = tape.gradient(error, model.trainable_variables)
        sgd.apply_gradients(zip(gradients, model.trainable_variables))
