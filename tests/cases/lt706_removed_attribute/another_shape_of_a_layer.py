# The shape of the output of a layer, which was an attribute in Keras 2
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()], name="net")
for layer in model.layers:
    print(layer.name, layer.output_shape)  # finds: LT706 -
