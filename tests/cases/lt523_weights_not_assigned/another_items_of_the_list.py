# LT523 in another program: the items of a list that Keras creates for each reading
import numpy as np, tensorflow as tf, keras
from keras import layers

scorer = keras.Sequential([keras.Input((2,)), layers.Dense(3, "relu"), layers.Dense(1)], name="scorer")
x, y = tf.random.normal((8, 2)), tf.ones((8, 1))
for epoch in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(scorer(x) - y))
    grads = tape.gradient(loss, scorer.trainable_weights)
    for i, grad in enumerate(grads):
        scorer.trainable_weights[i] = scorer.trainable_weights[i] - 0.05 * tf.clip_by_norm(grad, 1.0)  # finds: LT523 scorer
    print(epoch, float(loss))
