# LT523 in another program, with tf_keras: there is an optimizer, and nothing gives it the gradients
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

tagger = tf_keras.Sequential([layers.Dense(3, input_shape=(4,))], name="tagger")
adam = tf_keras.optimizers.Adam(0.01)
lossfn = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
data = tf.data.Dataset.from_tensor_slices((np.random.rand(24, 4).astype("float32"), np.arange(24) % 3)).batch(8)
for epoch in range(2):
    for x, y in data:
        with tf.GradientTape() as tape:
            loss = lossfn(y, tagger(x, training=True))
        grads = tape.gradient(loss, tagger.trainable_weights)  # finds: LT523 tagger
    print(epoch, float(loss))
