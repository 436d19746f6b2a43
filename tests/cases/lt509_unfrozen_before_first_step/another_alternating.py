# LT509 in another program: frozen in a loop over layers, and both models trained in turns
import numpy as np, keras
from keras import layers

def set_trainable(model, value):
    for layer in model.layers: layer.trainable = value
judge = keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.Dense(1)], name="judge")
maker = keras.Sequential([keras.Input((2,)), layers.Dense(2)], name="maker")
judge.trainable = False
z = keras.Input((2,))
both = keras.Model(z, judge(maker(z)), name="both")
both.compile("sgd", "mse")
judge.trainable = True  # finds: LT509 judge
judge.compile("sgd", "mse")
for _ in range(3):
    judge.train_on_batch(np.random.rand(4, 2), np.ones((4, 1)))
    both.train_on_batch(np.random.rand(4, 2), np.zeros((4, 1)))
