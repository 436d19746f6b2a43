# EfficientNet scales pixels itself: https://github.com/keras-team/keras/issues/14335
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
images = rng.integers(0, 256, (8, 32, 32, 3)).astype("float32")
base = keras.applications.EfficientNetB0(weights=None, include_top=False, input_shape=(32, 32, 3), pooling="avg")
net = keras.Sequential([keras.Input((32, 32, 3)), layers.RandomFlip("horizontal"), base, layers.Dense(1)], name="net")
net.compile("sgd", "mse")
net.fit(images / 255.0, np.zeros(8), verbose=0)  # finds: LT575 rescaling
seen = keras.Model(base.input, base.layers[1].output)(images / 255.0)
print("it sees the images:", float(np.max(seen)) > 0.1)
