# Another program with LT604
import numpy as np, tensorflow as tf, keras
from keras import layers

base, head = layers.Dense(3, name="base"), layers.Dense(1, name="head")
base.build((None, 2)); head.build((None, 3))
base.trainable = False
optimizer = keras.optimizers.SGD(momentum=0.9)
def step(variables):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(head(base(tf.ones((2, 2)))))
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))  # finds: LT604 -
step(head.trainable_variables)
base.trainable = True
step(base.trainable_variables + head.trainable_variables)
