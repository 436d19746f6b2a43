# LT576 in another program: a helper changes its argument, and a loop reads rows that were to be batches, of tf_keras
import numpy as np, tensorflow as tf, tf_keras


class Trainer:
    def __init__(self, x):
        self.data = tf.data.Dataset.from_tensor_slices(x)
        self.net = tf_keras.Sequential([tf_keras.layers.Dense(1)], name="net")
        self.optimizer = tf_keras.optimizers.SGD(0.01)

    def prepare(self):
        (self.data
            .shuffle(8)  # finds: LT576 -
            .repeat(2))

    def train(self):
        for rows in self.data:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.net(rows, training=True) ** 2)
            grads = tape.gradient(loss, self.net.trainable_variables)
            self.optimizer.apply_gradients(zip(grads, self.net.trainable_variables))


def cached(data):
    data.cache()  # finds: LT576 -


trainer = Trainer(np.ones((8, 1, 2), "float32"))
trainer.prepare()
cached(trainer.data)
trainer.train()
