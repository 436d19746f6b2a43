# LoRA after the first fit: https://github.com/keras-team/keras/pull/18942
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

value = layers.Dense(4, name="value")
reader = keras.Sequential([keras.Input((3,)), value, layers.Dense(1)], name="reader")
reader.compile(optimizer="sgd", loss="mse")
x, y = np.random.default_rng(0).normal(size=(8, 3)), np.ones((8, 1))
reader.fit(x, y, verbose=0)
value.enable_lora(rank=2)  # finds: LT211 value
reader.fit(x, y, epochs=3, verbose=0)
print("the adapter is still zero:", not np.any(value.lora_kernel_b))
