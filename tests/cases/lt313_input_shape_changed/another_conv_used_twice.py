# One Conv2D is used for the image and for its features
import keras

image = keras.Input((8, 8, 3))
conv = keras.layers.Conv2D(4, 3, padding="same", name="conv")
features = conv(image)
features = conv(features)  # finds: LT313 conv
print(keras.Model(image, features).count_params())
