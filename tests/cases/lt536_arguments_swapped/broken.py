# A loss with its two parameters in the other order: https://github.com/keras-team/keras/issues/6330
import numpy as np, keras
from keras import layers

def weighted(prediction, target):  # finds: LT536 judge
    return keras.losses.binary_crossentropy(target, prediction) * 2.0

keras.utils.set_random_seed(0)
x = np.random.rand(64, 4).astype("float32")
y = (x[:, :1] > 0.5).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile(keras.optimizers.Adam(0.1), weighted)
judge.fit(x, y, epochs=20, verbose=0)
print("it learns:", float(np.mean((judge.predict(x, verbose=0) > 0.5) == y)) > 0.8)
