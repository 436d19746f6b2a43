# Clean: adapted, given a mean, given weights, loaded, cloned, or created and never called
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(16, 3).astype("float32") * 50
adapted = layers.Normalization(); adapted.adapt(x); adapted(x)
given = layers.Normalization(mean=0.0, variance=1.0); given(x)
model = keras.Sequential([keras.Input((3,)), adapted, layers.Dense(1)]); model.compile("sgd", "mse"); model.fit(x, x[:, :1], verbose=0)
copy = keras.models.clone_model(model); copy.set_weights(model.get_weights()); copy.predict(x, verbose=0)
model.save_weights("scaled.weights.h5"); second = keras.Sequential([keras.Input((3,)), layers.Normalization(), layers.Dense(1)])
second.load_weights("scaled.weights.h5"); second.predict(x, verbose=0)
model.save("scaled.keras"); keras.models.load_model("scaled.keras").predict(x, verbose=0)
mapped = layers.Normalization(); mapped.adapt(tf.data.Dataset.from_tensor_slices(x).batch(4))
for _ in tf.data.Dataset.from_tensor_slices(x).batch(4).map(mapped): pass
waiting = layers.Normalization(); waiting.build((None, 3))
keras.applications.EfficientNetB0(weights=None, input_shape=(32, 32, 3), classes=2)(np.ones((1, 32, 32, 3)))
