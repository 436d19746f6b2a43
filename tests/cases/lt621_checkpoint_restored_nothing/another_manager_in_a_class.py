# The same with a CheckpointManager, a subclassed model and its optimizer, in two classes.
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.out = layers.Dense(2)

    def call(self, x):
        return self.out(x)


class Trainer:
    def __init__(self, folder):
        self.net = Net(name="trained")
        self.net(np.ones((1, 3), "float32"))
        self.checkpoint = tf.train.Checkpoint(step=tf.Variable(1), net=self.net)
        self.manager = tf.train.CheckpointManager(self.checkpoint, folder, max_to_keep=1)


class Server:
    def __init__(self, folder):
        self.model = Net(name="served")
        self.model(np.ones((1, 3), "float32"))
        self.checkpoint = tf.train.Checkpoint(step=tf.Variable(1), model=self.model)  # finds: LT621 served
        self.checkpoint.restore(tf.train.latest_checkpoint(folder)).expect_partial()


folder = tempfile.mkdtemp()
Trainer(folder).manager.save()
server = Server(folder)
print(server.model(np.ones((1, 3), "float32")))
