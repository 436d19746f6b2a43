# LT570 in another program: labels of a shuffling generator are taken before tf_keras predicts with it
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np, tf_keras
from tf_keras import layers

def evaluated(model, x, y):
    data = tf_keras.preprocessing.image.ImageDataGenerator(rescale=1.0).flow(x, y, batch_size=8, shuffle=True)  # finds: LT570 same
    y_true = data.y
    return np.allclose(model.predict(data, verbose=0)[:, 0], 3.0 * y_true)

x = np.arange(32, dtype="float32")[:, None, None, None] * np.ones((1, 4, 4, 3), "float32")
same = tf_keras.Sequential([tf_keras.Input((4, 4, 3)), layers.GlobalAveragePooling2D(), layers.Dense(1, kernel_initializer="ones")], name="same")
print("same order:", evaluated(same, x, np.arange(32)))
