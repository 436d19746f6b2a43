# Clean: unfrozen or frozen after training, and then only measured with the existing functions
import numpy as np, keras
from keras import layers

x, y = np.random.rand(8, 4), np.random.rand(8, 1)
def trained(trainable):
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
    base.trainable = trainable
    model = keras.Sequential([base, layers.Dense(1)]); model.compile("sgd", "mse"); model.fit(x, y, verbose=0)
    return base, model
def measure(model): model.evaluate(x, y, verbose=0); model.predict(x, verbose=0)
base, head = trained(False); measure(head)
base.trainable = True; measure(head)
whole, top = trained(True); measure(top)
whole.trainable = False; measure(top)
