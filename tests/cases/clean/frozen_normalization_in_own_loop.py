import tensorflow as tf, keras
from keras import layers

base = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.1)])
base.trainable = False
model = keras.Sequential([base, layers.Dense(1)]); model.build((None, 3))
optimizer = keras.optimizers.SGD()
@tf.function
def step(x, y):
    """trains the head; a frozen normalization runs in inference mode anyway"""
    with tf.GradientTape() as tape: loss = tf.reduce_mean((model(x) - y) ** 2)
    optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
for _ in range(3): step(tf.ones((2, 3)), tf.ones((2, 1)))
