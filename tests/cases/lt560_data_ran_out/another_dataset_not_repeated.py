# LT560 in another program: a dataset is not repeated, and does not have a whole number of epochs
import numpy as np, tensorflow as tf, keras
from keras import layers

inputs = keras.Input((3,))
model = keras.Model(inputs, layers.Dense(1)(inputs), name="mileage")
model.compile(keras.optimizers.Adam(), loss="mse")
rows = tf.data.Dataset.from_tensor_slices((np.ones((32, 3), "float32"), np.ones((32, 1), "float32"))).batch(8)
model.fit(rows, steps_per_epoch=3, epochs=4, verbose=0)  # finds: LT560 mileage
print("all 12 steps were made:", int(model.optimizer.iterations.numpy()) == 12)
