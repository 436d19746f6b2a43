import numpy as np
import tensorflow as tf
import keras
from keras import layers


def make_encoder():
    inputs = layers.Input((None, 24))
    x = layers.Conv1D(64, 5, padding="same", activation="relu")(inputs)
    for _ in range(3):
        y = layers.Conv1D(64, 3, padding="same", activation="relu")(x)
        y = layers.BatchNormalization()(y)
        x = layers.Add()([x, y])
    x = layers.Bidirectional(layers.LSTM(32, return_sequences=True))(x)
    return keras.Model(inputs, layers.Dense(8)(x), name="encoder")


class Speech(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = make_encoder()
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(5)

    def call(self, x, training=None):
        return self.head(self.pool(self.encoder(x, training=training)))


rng = np.random.default_rng(1)
clips = [rng.normal(size=(16, int(length), 24)).astype("float32") for length in rng.integers(60, 140, 14)]
labels = [rng.integers(0, 5, 16) for _ in clips]
model = Speech()
optimizer = keras.optimizers.Adam(1e-3)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def step(batch, target):
    with tf.GradientTape() as tape:
        loss = loss_of(target, model(batch, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for epoch in range(2):
    for clip, label in zip(clips, labels):
        loss = step(clip, label)
    print(epoch, float(loss))
