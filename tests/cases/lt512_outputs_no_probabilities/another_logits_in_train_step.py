import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Classifier(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}


inputs = keras.Input((6,))
hidden = layers.Dense(16, activation="relu")(inputs)
model = Classifier(inputs, layers.Dense(4, name="logits")(hidden))
model.compile("adam", keras.losses.SparseCategoricalCrossentropy())  # finds: LT512 logits
model.fit(np.random.rand(64, 6), np.random.randint(0, 4, 64), epochs=2, verbose=0)
print("done")
