# LT540 in another program: the worst dice is taken for the best: https://github.com/tensorflow/tensorflow/issues/44509
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)


def dice_coef(y_true, y_pred):
    hard = ops.cast(y_pred > 0.5, "float32")
    return (2.0 * ops.sum(y_true * hard) + 1.0) / (ops.sum(y_true) + ops.sum(hard) + 1.0)


x = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
y = (x > 0.5).astype("float32")
spots = keras.Sequential([keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(6, "sigmoid")], name="spots")
spots.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=[dice_coef])
stop = keras.callbacks.EarlyStopping("val_dice_coef", patience=4, mode="min", restore_best_weights=True)  # finds: LT540 spots
scores = spots.fit(x, y, validation_data=(x, y), epochs=20, callbacks=[stop], verbose=0).history["val_dice_coef"]
print("the best is kept:", spots.evaluate(x, y, verbose=0)[1] > 0.9 * max(scores) and max(scores) > 0.8)
