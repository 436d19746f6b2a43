# Another program with LT502
import numpy as np, keras
from keras import layers

model = keras.Sequential([
    layers.Embedding(9, 4, mask_zero=True),
    layers.Lambda(lambda t: t / 2.0, mask=lambda t, mask: mask, name="keeps"),
    layers.Lambda(lambda t: t * 0.1, name="drops"),  # finds: LT502 drops
    layers.LSTM(2),
])
model(np.array([[1, 2, 0]]))
