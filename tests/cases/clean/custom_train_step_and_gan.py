import numpy as np, tensorflow as tf, keras
from keras import layers

class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.made = keras.Sequential([keras.Input((2,)), layers.Dense(3)]); self.judge = keras.Sequential([keras.Input((3,)), layers.Dropout(0.2), layers.Dense(1)])
        self.loss_tracker = keras.metrics.Mean(name="loss")
    @property
    def metrics(self): return [self.loss_tracker]
    def compile(self, a, b): super().compile(); self.a, self.b = a, b
    def train_step(self, real):
        noise = tf.random.normal((4, 2))
        for net, optimizer, sign in ((self.judge, self.a, 1.0), (self.made, self.b, -1.0)):
            with tf.GradientTape() as tape:
                loss = sign * tf.reduce_mean(self.judge(self.made(noise, training=True), training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}
gan = Gan(); gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
gan.fit(np.ones((8, 3), "float32"), batch_size=4, epochs=2, verbose=0)
