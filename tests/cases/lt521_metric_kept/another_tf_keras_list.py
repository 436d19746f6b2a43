# LT521 in another program, with tf_keras and run_eagerly: two of three metrics in a list are left out
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

class Student(tf_keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = layers.Dense(1)
        self.shown = tf_keras.metrics.Mean(name="shown")
        self.parts = [tf_keras.metrics.Mean(name="hard"), tf_keras.metrics.Mean(name="soft")]
    @property
    def metrics(self):
        own = [self.shown]
        return own  # finds: LT521 student
    def call(self, x): return self.head(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            hard = tf.reduce_mean(tf.square(self(x, training=True) - y))
            soft = tf.reduce_mean(tf.abs(self(x, training=True)))
            loss = hard + soft
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        for meter, value in zip([self.shown, *self.parts], (loss, hard, soft)): meter.update_state(value)
        return {meter.name: meter.result() for meter in [self.shown, *self.parts]}
student = Student(name="student")
student.compile("sgd", run_eagerly=True)
student.fit(np.ones((8, 2), "float32"), np.zeros((8, 1), "float32"), batch_size=4, epochs=2, verbose=0)
