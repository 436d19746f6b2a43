# LT561 fixed
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
rows = np.arange(40, dtype="float32")[:, None]
numbered = tf.data.Dataset.from_tensor_slices((rows, rows)).shuffle(40, reshuffle_each_iteration=False)
training, held_out = numbered.take(30), numbered.skip(30)
net = keras.Sequential([keras.Input((1,)), layers.Dense(1)], name="net")
net.compile(keras.optimizers.SGD(1e-4), "mse")
net.fit(training.batch(10), validation_data=held_out.batch(10), epochs=2, verbose=0)
seen = {float(x[0]) for _ in range(2) for x, _ in training}
print("held-out rows are not trained with:", not seen & {float(x[0]) for x, _ in held_out})
