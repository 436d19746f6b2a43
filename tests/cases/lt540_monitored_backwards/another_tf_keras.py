# Keras 2 takes an AUC for a loss: https://github.com/tensorflow/tensorflow/issues/45298
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tf_keras
from tf_keras import layers

tf_keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = x[:, :1] > 0
spam = tf_keras.Sequential([layers.Input((4,)), layers.Dense(1, "sigmoid")], name="spam")
spam.compile(tf_keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=[tf_keras.metrics.AUC(name="auc")])
keep = tf_keras.callbacks.ModelCheckpoint("best.weights.h5", "val_auc", save_best_only=True, save_weights_only=True)  # finds: LT540 spam
aucs = spam.fit(x, y, validation_data=(x, y), epochs=10, callbacks=[keep], verbose=0).history["val_auc"]
spam.load_weights("best.weights.h5")
print("the best is kept:", abs(spam.evaluate(x, y, verbose=0)[1] - max(aucs)) < 0.01)
