import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.out = layers.Dense(3)
    def build(self, shape):
        self.out.build(shape)
        self.built = True
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=self(x, training=True))
        grads = tape.gradient(loss, self.trainable_weights)  # finds: LT516 net
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        return {"loss": tf.reduce_mean(loss)}
net = Net()
net.compile(keras.optimizers.SGD(0.01))
net.fit(np.ones((8, 2)), np.zeros(8, "int32"), verbose=0)
