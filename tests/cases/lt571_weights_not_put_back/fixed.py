# LT571 fixed
import numpy as np, keras
from keras import layers

class Validate(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.start = self.model.get_weights()

    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights(self.start)

    def on_test_end(self, logs=None):
        self.model.set_weights(self.kept)

net = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="zeros")], name="net")
net.compile(keras.optimizers.SGD(1.0), lambda target, output: -keras.ops.mean(output))
x = np.ones((4, 1), "float32")
net.fit(x, x, epochs=3, verbose=0, validation_data=(x, x), callbacks=[Validate()])
print("weight:", float(net.layers[0].kernel.numpy()[0, 0]))
