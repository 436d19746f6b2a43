"""A callback steps the schedule at the end of each epoch, on a plateau of the loss."""

import keras
import numpy as np
import torch


class Scheduled(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_epoch_end(self, epoch, logs=None):
        self.schedule.step(logs["loss"])  # finds: LT584 net


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
model.compile("adam", "mse")
model.fit(np.ones((8, 4)), np.ones((8, 1)), epochs=3, callbacks=[Scheduled(schedule)], verbose=0)
