# LT570 in another program: image_dataset_from_directory shuffles by default
import os, tempfile
import numpy as np, tensorflow as tf, keras
from keras import layers

folder = tempfile.mkdtemp()
for kind in ("cats", "dogs"):
    os.makedirs(os.path.join(folder, kind))
    for number in range(6):
        picture = tf.io.encode_png(np.random.randint(0, 256, (8, 8, 3), "uint8"))
        tf.io.write_file(os.path.join(folder, kind, f"{number}.png"), picture)
validation = keras.utils.image_dataset_from_directory(folder, image_size=(8, 8), batch_size=4, verbose=False)
pets = keras.Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(1)], name="pets")
for images, labels in validation.take(1):
    pets(images)
is_dog = pets.predict(validation, verbose=0)[:, 0] > 0  # finds: LT570 pets
truth = tf.concat([labels for images, labels in validation], axis=0)
