# LT302 in another program: a model with its own train_step and no call is never built, and cannot be saved
import numpy as np, tensorflow as tf, keras
from keras import layers

class Denoiser(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(3)])
    def train_step(self, x):
        noisy = x + tf.random.normal(tf.shape(x))
        with tf.GradientTape() as tape: loss = self.compute_loss(y=x, y_pred=self.net(noisy, training=True))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.net.trainable_weights), self.net.trainable_weights))
        return {"loss": loss}
model = Denoiser()
model.compile("adam", "mse")
save = keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)
model.fit(np.ones((8, 3), "float32"), batch_size=4, verbose=0, callbacks=[save])  # finds: LT302 denoiser
