# LT203 in another program: a while loop halves the rate as long as the loss does not fall, and compiles each time
import numpy as np, keras
from keras import layers

inputs = keras.Input((3,))
slope = keras.Model(inputs, layers.Dense(1)(inputs), name="slope")
x = np.random.rand(16, 3).astype("float32")
rate = 0.8
while rate > 0.2:
    slope.compile(  # finds: LT203 slope
        loss="mse",
        optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-4),
    )
    slope.fit(x, x[:, :1], epochs=3, verbose=0)
    rate *= 0.6
