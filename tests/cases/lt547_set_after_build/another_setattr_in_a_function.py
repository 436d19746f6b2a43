# LT547 in another program: a helper sets regularizers by setattr, and the base is trained inside of a model
import numpy as np, keras
from keras import layers

def regularized(network, regularizer):
    for layer in network.layers:
        for attribute in ("kernel_regularizer", "depthwise_regularizer"):
            if hasattr(layer, attribute):
                setattr(layer, attribute, regularizer)  # finds: LT547 conv, LT547 depth
    return network

image = keras.Input((8, 8, 3))
x = layers.Conv2D(4, 3, name="conv")(image)
x = layers.DepthwiseConv2D(3, name="depth")(x)
base = keras.Model(image, layers.GlobalAveragePooling2D()(x), name="base")
regularized(base, keras.regularizers.L1(0.01))
picture = keras.Input((8, 8, 3))
top = keras.Model(picture, layers.Dense(2, name="top")(base(picture)), name="classifier")
top.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
top.fit(np.random.rand(8, 8, 8, 3), np.arange(8) % 2, verbose=0)
