# SOURCE: https://github.com/keras-team/keras/issues/18949
# MENDED: twin of 89_average_never_put_into_the_weights.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(160, 4)).astype("float32")
y = x[:, :1] + rng.normal(size=(160, 1)).astype("float32")
tracker = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="out")], name="tracker")
tracker.compile(keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.9), "mse")
for start in range(0, 160, 16):
    tracker.train_on_batch(x[start:start + 16], y[start:start + 16])
tracker.optimizer.finalize_variable_values(tracker.trainable_variables)
average = keras.ops.convert_to_numpy(tracker.optimizer._model_variables_moving_average[0])
print("weights are the average:", np.allclose(tracker.get_layer("out").get_weights()[0], average, atol=1e-6))
