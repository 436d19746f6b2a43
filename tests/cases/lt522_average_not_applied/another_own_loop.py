# LT522 in another program: two nets, an optimizer each, of which one averages, in a function of one's own
import numpy as np, tensorflow as tf, keras
from keras import layers

encoder = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="encoder")
decoder = keras.Sequential([keras.Input((2,)), layers.Dense(3)], name="decoder")
fast, smooth = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1, use_ema=True)
@tf.function
def step(x):
    with tf.GradientTape(persistent=True) as tape: loss = tf.reduce_mean(tf.square(decoder(encoder(x)) - x))
    for_encoder = tape.gradient(loss, encoder.trainable_variables)
    for_decoder = tape.gradient(loss, decoder.trainable_variables)
    fast.apply(for_encoder, encoder.trainable_variables)
    smooth.apply(for_decoder, decoder.trainable_variables)
    return loss
data = tf.data.Dataset.from_tensor_slices(np.random.rand(32, 3).astype("float32")).batch(8)
for epoch in range(3):
    for x in data:
        loss = step(x)  # finds: LT522 decoder
print(float(loss))
