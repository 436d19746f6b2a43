# "class_weight makes no difference" (https://github.com/tensorflow/tensorflow/issues/43902)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Fraud(keras.Model):
    def __init__(self):
        super().__init__(name="fraud")
        self.out = layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")
    def build(self, shape):
        self.out.build(shape)
        self.built = True
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True), sample_weight=sample_weight)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
fraud = Fraud()
fraud.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
y = np.array([[1.0], [0.0], [0.0], [0.0]])
fraud.fit(np.ones((4, 1)), y, class_weight={0: 1.0, 1: 9.0}, epochs=5, verbose=0)
print("answer", round(float(fraud.predict(np.ones((1, 1)), verbose=0)[0, 0]), 1))
