# LT522 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
tracker = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="tracker")
tracker.compile(keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.9), "mse")
x = np.random.default_rng(0).normal(size=(10, 16, 4)).astype("float32")
for batch in x:
    tracker.train_on_batch(batch, batch[:, :1])
tracker.optimizer.finalize_variable_values(tracker.trainable_variables)
weights = tracker.get_weights()
average = tracker.optimizer._model_variables_moving_average[0]
print("the weights are the average:", np.allclose(weights[0], average))
