# Clean: a metric from another file with a reset of its own, one whose variables the program sets to 0, one of Keras
import importlib.util
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

path = os.path.join(tempfile.mkdtemp(), "my_metrics.py")
with open(path, "w") as file:
    file.write('''import keras


class Loss(keras.metrics.Mean):
    def reset_state(self):
        self.total.assign(0.0)
        self.count.assign(0.0)
''')
spec = importlib.util.spec_from_file_location("my_metrics", path)
my_metrics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(my_metrics)

x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
model = keras.Sequential([keras.layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.01)
own = my_metrics.Loss(name="own")
raw = keras.metrics.Mean(name="raw")
auc = keras.metrics.AUC()
for epoch in range(2):
    own.reset_state()
    auc.reset_state()
    for variable in raw.variables:
        variable.assign(tf.zeros_like(variable))
    for batch in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        own.update_state(loss)
        raw.update_state(loss)
        auc.update_state(y, tf.sigmoid(model(x, training=False)))
    print(epoch, float(own.result()), float(raw.result()), float(auc.result()))
