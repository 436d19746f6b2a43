# Images with their channels first are reshaped for a convolution, in a Sequential
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Reshape

model = keras.Sequential([
    keras.Input((3, 12, 10)),
    Reshape((12, 10, 3), name="to_last"),  # finds: LT317 to_last
    Conv2D(4, 3),
    GlobalAveragePooling2D(),
    Dense(2),
])
model.compile("adam", "mse")
model.fit(np.random.rand(8, 3, 12, 10), np.random.rand(8, 2), verbose=0)
