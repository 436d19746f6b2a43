# Another width than that of the file: https://github.com/Borda/keras-yolo3/issues/2
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

def make(width, name):
    return keras.Sequential([keras.Input((5,)), layers.Dense(width, "relu"), layers.Dense(2)], name=name)

keras.utils.set_random_seed(16)
x = np.random.default_rng(16).normal(size=(40, 5)).astype("float32")
trained = make(16, "trained")
trained.compile("adam", "mse")
trained.fit(x, x[:, :2], epochs=3, verbose=0)
trained.save_weights("detector.weights.h5")
detector = make(12, "detector")
detector.load_weights("detector.weights.h5", skip_mismatch=True)  # finds: LT624 detector
print("as trained:", np.allclose(detector.predict(x, verbose=0), trained.predict(x, verbose=0), atol=1e-5))
