# A model with a temperature of its own, which a custom train_step is to learn
import keras
import numpy as np
import torch


class Calibrated(keras.Model):
    def __init__(self):
        super().__init__(name="calibrated")
        self.dense = keras.layers.Dense(2)
        self.temperature = torch.nn.Parameter(torch.tensor(1.0))  # finds: LT112 calibrated

    def call(self, x):
        return self.dense(x) / self.temperature

    def train_step(self, data):
        x, y = data
        self.zero_grad()
        loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        loss.backward()
        with torch.no_grad():
            self.optimizer.apply([v.value.grad for v in self.trainable_weights], self.trainable_weights)
        return {"loss": loss}


model = Calibrated()
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(np.random.rand(8, 3).astype("float32"), np.zeros(8), verbose=0)
