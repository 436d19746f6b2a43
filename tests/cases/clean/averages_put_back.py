# Clean: other weights for a validation are put back at its end, by assignment, by the program, or are the last ones
import numpy as np, keras
from keras import layers

class PutBack(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights([weight * 0.9 for weight in self.kept])
    def on_test_end(self, logs=None): self.model.set_weights(self.kept)

class Assigned(PutBack):
    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights([weight * 0.9 for weight in self.kept])
    def on_test_end(self, logs=None):
        for weight, value in zip(self.model.weights, self.kept): weight.assign(value)

class Last(keras.callbacks.Callback):
    def on_test_begin(self, logs=None): self.model.set_weights([weight * 0.9 for weight in self.model.get_weights()])

class Given(Last):
    def on_test_begin(self, logs=None): self.model.set_weights([weight * 0.9 for weight in self.model.get_weights()])

x = np.random.rand(8, 2).astype("float32")
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); model.compile("sgd", "mse")
for callback in (PutBack(), Assigned()):
    model.fit(x, x[:, 0], epochs=2, verbose=0, validation_data=(x, x[:, 0]), callbacks=[callback])
for round_of_training in range(2):
    model.fit(x, x[:, 0], verbose=0); own = model.get_weights()
    model.evaluate(x, x[:, 0], verbose=0, callbacks=[Given()]); model.set_weights(own)
model.evaluate(x, x[:, 0], verbose=0, callbacks=[Last()])
