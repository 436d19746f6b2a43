# The least AUC is taken for the best
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = x[:, :1] > 0
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")], name="spam")
spam.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
keep = keras.callbacks.ModelCheckpoint(  # finds: LT540 spam
    "best.weights.h5",
    monitor="val_auc",
    mode="min",
    save_best_only=True,
    save_weights_only=True,
)
aucs = spam.fit(x, y, validation_data=(x, y), epochs=10, callbacks=[keep], verbose=0).history["val_auc"]
spam.load_weights("best.weights.h5")
print("the best is kept:", abs(spam.evaluate(x, y, verbose=0)[1] - max(aucs)) < 0.01)
