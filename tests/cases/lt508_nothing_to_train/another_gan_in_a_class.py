# LT508 in another program: a GAN in a class, built by functions, with layers frozen one by one
import numpy as np, keras
from keras import layers

class Gan:
    def __init__(self):
        self.judge = self.build_judge()
        self.judge.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
        self.maker = keras.Sequential([keras.Input((2,)), layers.Dense(3)], name="maker")
        z = keras.Input((2,))
        self.judge.trainable = False  # finds: LT508 judge
        self.combined = keras.Model(z, self.judge(self.maker(z)), name="combined")
        self.combined.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    def build_judge(self):
        image = keras.Input((3,))
        return keras.Model(image, layers.Dense(1)(layers.Dense(4, activation="relu")(image)), name="judge")
    def train(self, steps):
        for _ in range(steps):
            noise = np.random.rand(4, 2)
            self.judge.train_on_batch(self.maker.predict(noise, verbose=0), np.zeros((4, 1)))
            self.combined.train_on_batch(noise, np.ones((4, 1)))
gan = Gan(); gan.train(3)
