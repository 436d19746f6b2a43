# LT524 in another program: a callback takes the step back if the loss grows, with a list by number
import numpy as np, keras
from keras import layers

class StepBack(keras.callbacks.Callback):
    """Goes back to where the last good epoch ended."""
    def on_train_begin(self, logs=None):
        self.loss = float("inf")
    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] <= self.loss:
            self.loss = logs["loss"]
            self.kept = [v for v in self.model.trainable_variables]  # finds: LT524 curve
        else:
            for i, v in enumerate(self.model.trainable_variables): v.assign(self.kept[i])
curve = keras.Sequential([keras.Input((1,)), layers.Dense(4, "tanh"), layers.Dense(1)], name="curve")
curve.compile(keras.optimizers.SGD(0.7), "mse")
curve.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=2, verbose=0, callbacks=[StepBack()])
