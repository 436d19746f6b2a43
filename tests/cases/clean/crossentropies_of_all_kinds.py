# Clean: crossentropies in the right order, between two networks, of soft labels, and of data with data
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.rand(12, 3).astype("float32"), np.arange(12) % 2
def net(units, activation): return keras.Sequential([keras.Input((3,)), layers.Dense(units, activation=activation)])
teacher = net(2, "softmax")
def distilled(target, predicted):
    return keras.losses.categorical_crossentropy(target, predicted) + keras.losses.binary_crossentropy(target, target * 0.9)
student = net(2, "softmax"); student.compile("sgd", distilled); student.fit(x, np.eye(2)[y], verbose=0)
logits = net(1, None); logits.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True)); logits.fit(x, y, verbose=0)
wide = net(2, None); wide.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True)); wide.fit(x, np.eye(2)[y], verbose=0)
@tf.function
def follow(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(tf.stop_gradient(teacher(x)), student(x, training=True)))
        loss += tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=student(x), logits=wide(x)))
    return tape.gradient(loss, student.trainable_variables)
follow(tf.constant(x))
