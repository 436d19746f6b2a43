# "GAN with one tape for two losses" (https://github.com/tensorflow/tensorflow/issues/31265)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.maker = keras.Sequential([keras.Input((2,)), layers.Dense(4)], name="maker")
        self.critic = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="critic")
        self.other = keras.optimizers.Adam()

    def train_step(self, data):
        noise = tf.random.normal((8, 2))
        with tf.GradientTape(watch_accessed_variables=True) as tape:
            fake, real = self.critic(self.maker(noise)), self.critic(data)
            c_loss, m_loss = tf.reduce_mean(fake - real), -tf.reduce_mean(fake)
        slopes = tape.gradient(c_loss, self.critic.trainable_variables)
        self.other.apply_gradients(zip(slopes, self.critic.trainable_variables))
        slopes = tape.gradient(m_loss, self.maker.trainable_variables)  # finds: LT519 maker
        self.optimizer.apply_gradients(zip(slopes, self.maker.trainable_variables))
        return {"loss": c_loss}


gan = Gan()
gan.compile("adam")
gan.fit(np.ones((8, 4), "float32"), verbose=0)
