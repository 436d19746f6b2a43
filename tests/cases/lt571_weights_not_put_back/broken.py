# A callback validates with other weights, and training goes on from these: https://github.com/keras-team/keras/issues/3696
import numpy as np, keras
from keras import layers

class Validate(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.start = self.model.get_weights()

    def on_test_begin(self, logs=None):
        self.model.set_weights(self.start)  # finds: LT571 net

net = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="zeros")], name="net")
net.compile(keras.optimizers.SGD(1.0), lambda target, output: -keras.ops.mean(output))
x = np.ones((4, 1), "float32")
net.fit(x, x, epochs=3, verbose=0, validation_data=(x, x), callbacks=[Validate()])
print("weight:", float(net.layers[0].kernel.numpy()[0, 0]))
