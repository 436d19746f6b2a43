# Clean: fine-tuned as a whole, frozen, cloned, trained in turns, parts of one model, or not used again
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.rand(8, 3).astype("float32"), np.ones((8, 1))
def make(name): 
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, name=f"{name}_body"), layers.Dense(1, name=f"{name}_head")], name=name); model.compile("sgd", "mse"); model.fit(x, y, verbose=0); return model
whole = make("whole"); outer = keras.Sequential([keras.Input((3,)), whole, layers.Dense(1)]); outer.compile("sgd", "mse"); outer.fit(x, y, verbose=0); whole.predict(x, verbose=0)
frozen = make("frozen"); frozen.trainable = False; head = keras.Sequential([keras.Input((3,)), *frozen.layers[:-1], layers.Dense(1)]); head.compile("sgd", "mse"); head.fit(x, y, verbose=0); frozen.predict(x, verbose=0)
old = make("old"); new = keras.Sequential([keras.Input((3,)), *old.layers[:-1], layers.Dense(1)]); new.compile("sgd", "mse"); new.fit(x, y, verbose=0)
body, inputs = layers.Dense(4), keras.Input((3,))
first, second = keras.Model(inputs, layers.Dense(1)(body(inputs))), keras.Model(inputs, layers.Dense(1)(body(inputs)))
first.compile("sgd", "mse"); second.compile("sgd", "mse")
for _ in range(2): first.fit(x, y, verbose=0); second.fit(x, y, verbose=0)
first.fit(x, y, verbose=0); first.evaluate(x, y, verbose=0); second.predict(x, verbose=0)
inputs = keras.Input((3,)); code = layers.Dense(2)(inputs); encoder = keras.Model(inputs, code)
auto = keras.Model(inputs, layers.Dense(3)(code)); auto.compile("sgd", "mse"); auto.fit(x, x, verbose=0); encoder.predict(x, verbose=0); auto.predict(x, verbose=0)
