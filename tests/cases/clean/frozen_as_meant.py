# Clean: fine-tuning in two stages, a GAN that toggles, freezing before the first fit, and models without weights
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((8, 3)), np.ones((8, 1))
base = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization()], name="base")
tuned = keras.Sequential([keras.Input((3,)), base, layers.Dense(1)], name="tuned")
base.trainable = False; tuned.compile("adam", "mse"); tuned.fit(x, y, verbose=0)
base.trainable = True; tuned.compile("adam", "mse"); tuned.fit(x, y, verbose=0)

late = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="bottom"), layers.Dense(1)])
late.compile("sgd", "mse"); late.get_layer("bottom").trainable = False; late.fit(x, y, verbose=0)

critic = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="critic"); maker = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="maker")
critic.compile("sgd", "mse"); critic.trainable = False
gan = keras.Sequential([keras.Input((3,)), maker, critic], name="gan"); gan.compile("sgd", "mse")
for _ in range(3):
    critic.trainable = True; critic.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    critic.trainable = False; gan.train_on_batch(np.ones((4, 3)), np.ones((4, 1)))

idle = keras.Sequential([keras.Input((3,)), layers.Rescaling(0.5), layers.Flatten()])
idle.compile(loss="mse"); idle.evaluate(x, x, verbose=0)

student = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); teacher = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); teacher.trainable = False
student.compile("sgd", "mse"); student.fit(x, teacher.predict(x, verbose=0), verbose=0)
