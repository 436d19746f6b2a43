# The name of a dtype, which was an object in Keras 2
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

keras.mixed_precision.set_global_policy("mixed_float16")
inputs = keras.Input((3,), name="features")
outputs = keras.layers.Dense(2, name="head")(inputs)
print("dtype", outputs.dtype.name)  # finds: LT706 -
