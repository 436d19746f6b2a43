# LT501 in another program: a train_step of one's own
import numpy as np, tensorflow as tf, keras
from keras import layers
class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw); self.seq = keras.Sequential([layers.Dense(4), layers.Dropout(0.5, name="drop"), layers.BatchNormalization(name="bn"), layers.Dense(1)])
    def call(self, x): return self.seq(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x) - y) ** 2)  # finds: LT501 bn, LT501 drop
        g = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(g, self.trainable_variables))
        return {"loss": loss}
net = Net(name="net"); net.compile("adam", "mse"); net.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
