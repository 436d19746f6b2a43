# Clean: schedules that end with the fit, a little before it, at a rate that is not 0, begin again, or decay for ever
import numpy as np, keras
from keras import layers

schedules, x = keras.optimizers.schedules, np.random.rand(30, 3)
def train(rate, **options):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, x[:, :1], batch_size=4, epochs=4, verbose=0, **options)
train(schedules.CosineDecay(0.1, 4 * 8))
train(schedules.CosineDecay(0.1, 4 * 30 // 4))
train(schedules.CosineDecay(0.0, 16, warmup_target=0.1, warmup_steps=8))
train(schedules.CosineDecay(0.1, 4, alpha=0.1))
train(schedules.PolynomialDecay(0.1, 4))
train(schedules.PolynomialDecay(0.1, 4, end_learning_rate=0.0, cycle=True))
train(schedules.CosineDecayRestarts(0.1, 4))
train(schedules.ExponentialDecay(0.1, 4, 0.5))
train(schedules.ExponentialDecay(0.1, 1, 0.5))
train(schedules.CosineDecay(0.1, 4, alpha=1e-3))
