# Clean: compiled by XLA; the end of data of unknown size; an error in the data; a test whether XLA can compile
import numpy as np, tensorflow as tf, keras
from keras import layers

def batches():
    for _ in range(3): yield np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
data = tf.data.Dataset.from_generator(
    batches, output_signature=(tf.TensorSpec((None, 3)), tf.TensorSpec((None, 1)))
)
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); model.compile("sgd", "mse", jit_compile=True)
model.fit(data, epochs=2, verbose=0)

@tf.function(jit_compile=True)
def shaped(x, shape): return tf.reshape(x, shape)
@tf.function(jit_compile=True)
def as_text(x): return tf.strings.as_string(x)
def exhausted():
    yield 1.0
    raise ValueError("no more")
@tf.function
def pull(source): return shaped(next(source), (1,))
source = iter(tf.data.Dataset.from_generator(exhausted, output_signature=tf.TensorSpec(())))
def can(function, *arguments):
    try: function(*arguments); return True
    except tf.errors.InvalidArgumentError: return False
print(can(shaped, tf.ones(4), tf.constant([3, 2])), can(as_text, tf.ones(2)), can(pull, source), can(pull, source))
