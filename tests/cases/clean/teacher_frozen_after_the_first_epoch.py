import numpy as np, tensorflow as tf, keras
from keras import layers

class Distilled(keras.Model):
    """trains a student towards a teacher, which no optimizer updates whether it is frozen or not"""
    def __init__(self): super().__init__(); self.student, self.teacher = layers.Dense(2), layers.Dense(2)
    def build(self, shape): self.student.build(shape); self.teacher.build(shape)
    def call(self, x): return self.student(x)
    def train_step(self, x):
        target = self.teacher(x, training=False)
        with tf.GradientTape() as tape: loss = tf.reduce_mean((self.student(x, training=True) - target) ** 2)
        weights = self.student.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}
model = Distilled(); model.build((None, 3)); model.compile("sgd")
model.fit(np.ones((4, 3), "float32"), verbose=0)
model.teacher.trainable = False
model.fit(np.ones((4, 3), "float32"), verbose=0)
