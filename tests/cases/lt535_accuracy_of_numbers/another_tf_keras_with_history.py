# LT535 in another program, with tf_keras: stars from 1 to 5, and a plot that reads the history by the name
import numpy as np, tf_keras
from tf_keras import layers

texts = np.random.randint(0, 50, (40, 6))
stars = np.random.randint(1, 6, 40).astype("float32")
critic = tf_keras.Sequential([
    layers.Embedding(50, 4),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1),
], name="critic")
critic.compile(
    optimizer="rmsprop",
    loss="mae",
    metrics=["acc"],  # finds: LT535 critic
)
stop = tf_keras.callbacks.EarlyStopping(monitor="val_acc", patience=3)
fitted = critic.fit(texts, stars, epochs=2, validation_split=0.2, callbacks=[stop], verbose=0)
curve = fitted.history["acc"], fitted.history["val_acc"]
