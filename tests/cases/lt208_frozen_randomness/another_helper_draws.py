# LT208 in another program
import random
import numpy as np, tensorflow as tf, keras
from keras import layers

def coin(): return random.random() < 0.5  # finds: LT208 cut
def mask(size): return np.random.permutation(size).astype("float32")  # finds: LT208 shuffled
class Cut(layers.Layer):
    def call(self, x): return x * 0.0 if coin() else x
class Shuffled(layers.Layer):
    def call(self, x): return x * mask(x.shape[-1])
class Quiet(layers.Layer):
    def __init__(self): super().__init__(); self.drop = layers.Dropout(0.5)  # Keras draws its seed
    def call(self, x, training=None): return self.drop(x, training=training)
class Mixing(keras.Model):
    def __init__(self): super().__init__(name="mixing"); self.out = layers.Dense(1)
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        share = np.random.beta(0.2, 0.2)  # finds: LT208 mixing
        with tf.GradientTape() as tape: loss = tf.reduce_mean(self(data * share, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
model = keras.Sequential([keras.Input((4,)), Cut(name="cut"), Shuffled(name="shuffled"), Quiet()])
model.predict(np.ones((4, 4)), verbose=0)
mixing = Mixing(); mixing.compile("sgd"); mixing.fit(np.ones((4, 4), "float32"), verbose=0)
