# Clean: adapted before the first trace, before a compile, before a new trace, or used eagerly
import numpy as np, tensorflow as tf, keras
from keras import layers

scale = layers.Normalization(); model = keras.Sequential([keras.Input((2,)), scale, layers.Dense(1)])
for n in range(3):
    scale.adapt(np.random.rand(8, 2) * n); model.compile("sgd", "mse"); model.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0); model.predict(np.ones((8, 2)), verbose=0)
words = layers.TextVectorization(output_mode="int", output_sequence_length=3)
for corpus in (["a b"], ["b c"]):
    words.adapt(corpus); print(list(tf.data.Dataset.from_tensor_slices(["a c"]).batch(1).map(words)))
eager = layers.Normalization()
for n in range(1, 3): eager.adapt(np.random.rand(8, 2) * n); eager(np.ones((1, 2)))
new = layers.Normalization(); new.adapt(np.random.rand(4, 2))
apply = tf.function(new); apply(tf.ones((1, 2))); new.adapt(np.random.rand(4, 2) * 9); apply = tf.function(new); apply(tf.ones((1, 2)))
