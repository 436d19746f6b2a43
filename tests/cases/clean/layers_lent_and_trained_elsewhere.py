import numpy as np, tensorflow as tf, keras
from keras import layers

tied = layers.Dense(3, name="tied")
class Uses(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.d = layers.Dense(3)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return tied(self.d(x))
uses, optimizer = Uses(), keras.optimizers.SGD()
for _ in range(2):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(uses(tf.ones((2, 3)), training=True))
    both = uses.trainable_variables + tied.trainable_variables
    optimizer.apply(tape.gradient(loss, both), both)

frozen = keras.Sequential([keras.Input((2,)), layers.Dense(3)], name="frozen"); frozen.trainable = False
teacher = keras.Sequential([keras.Input((2,)), layers.Dense(2)], name="teacher")
scaler = layers.Normalization(name="scaler"); scaler.adapt(np.random.rand(8, 2))
class Student(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.d, self.loss_mean = layers.Dense(2), keras.metrics.Mean(name="m")
    def build(self, shape): self.d.build(shape)
    def call(self, x):
        y = self.d(scaler(x)); self.add_loss(keras.ops.mean(frozen(y))); return y
    def train_step(self, data):
        x, _ = data
        if not hasattr(self, "scale"): self.scale = 2.0
        with tf.GradientTape() as tape:
            y = self(x, training=True)
            loss = tf.reduce_mean((y - teacher(x, training=False)) ** 2) * self.scale + sum(self.losses)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.loss_mean.update_state(loss)
        return {"loss": loss}
student = Student(); student.compile("adam"); student.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)
