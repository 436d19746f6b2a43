# A clone of a trained model predicts at random: https://github.com/keras-team/keras/issues/13734
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name="model")
model.compile("adam", "mse")
model.fit(x, x[:, :1], epochs=2, verbose=0)
kept = keras.models.clone_model(model)  # finds: LT605 model
print("the clone predicts the same:", np.allclose(kept.predict(x, verbose=0), model.predict(x, verbose=0)))
