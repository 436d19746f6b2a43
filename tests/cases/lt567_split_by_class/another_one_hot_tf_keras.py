# LT567 in another program, with tf_keras: images of one folder after the other, with rows of a single 1
import numpy as np, tf_keras
from tf_keras import layers

folders = {"cats": 0, "dogs": 1, "owls": 2}
images, labels = [], []
for name, number in folders.items():
    for _ in range(10):
        images.append(np.random.rand(6, 6, 1) + number)
        labels.append(number)
images, labels = np.array(images, "float32"), tf_keras.utils.to_categorical(labels)
keeper = tf_keras.Sequential([layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")], name="keeper")
keeper.compile(optimizer="adam", loss="categorical_crossentropy")
keeper.fit(  # finds: LT567 keeper
    images,
    labels,
    batch_size=5,
    shuffle=True,
    validation_split=0.2,
    verbose=0,
)
