# Logits and probabilities where they are expected, softmax over axes that are not the batch
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y3 = (x[:, 0] > 0).astype("int64") + (x[:, 1] > 0)
y1 = (x[:, :1] > 0).astype("float32")
inp = keras.Input((4,)); h = layers.Dense(8)(inp)
a = layers.Dense(3, activation="softmax", name="a")(h); b = layers.Dense(1, name="b")(h)
c = layers.Dense(3, activation="sigmoid", name="c")(h)
net = keras.Model(inp, [a, b, c])
net.compile("adam", loss=["sparse_categorical_crossentropy", keras.losses.BinaryCrossentropy(from_logits=True), "binary_crossentropy"], metrics=[["accuracy"], [keras.metrics.BinaryAccuracy(threshold=0.0)], ["accuracy", "AUC"]])
net.fit(x, [y3, y1, np.ones((64, 3))], verbose=0)
# from_logits=True directly after softmax: Keras undoes it
net = keras.Sequential([layers.Dense(3, activation="softmax")])
net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]); net.fit(x, y3, verbose=0)
# regression with accuracy of rounded values
class M(keras.Model):
    def __init__(self): super().__init__(); self.d = layers.Dense(3); self.acc = keras.metrics.Accuracy()
    def call(self, x): return self.d(x)
    def train_step(self, data):
        a, b = data
        with tf.GradientTape() as t:
            p = self(a, training=True); l = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(b, p))
        self.optimizer.apply(t.gradient(l, self.trainable_variables), self.trainable_variables)
        self.acc.update_state(b, tf.argmax(p, -1)); return {"loss": l}
m = M(); m.compile("adam"); m.fit(x, y3, verbose=0)
# contrastive, softmax over rows in a loss; a CLIP-like layer; mixture weights
class Mix(layers.Layer):
    def build(self, s): self.a = self.add_weight(shape=(3, 4))
    def call(self, x):
        s = tf.matmul(x, x, transpose_b=True)
        return x + tf.matmul(tf.nn.softmax(s, axis=0), x) + tf.reduce_sum(tf.nn.softmax(self.a, axis=0), 0)
n = keras.Sequential([Mix(), layers.Dense(1)]); n.compile("adam", "mse"); n.fit(x, y1, verbose=0)
# hard labels of teacher, distillation, gumbel
def distill(t, p): return tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(t / 2.), logits=p / 2.)
n = keras.Sequential([layers.Dense(4)]); n.compile("adam", distill); n.fit(x, x, verbose=0)
