# LT534 in another program: the targets of -1 fit neither the loss nor the accuracy, which is one mistake
import numpy as np, keras
from keras import layers

x = np.random.rand(64, 4).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", "binary_crossentropy", metrics=["accuracy"])
judge.fit(x, np.where(x[:, :1] > 0.5, 1.0, -1.0), verbose=0)  # finds: LT534 judge
