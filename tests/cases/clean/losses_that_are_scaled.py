# A loss is scaled by fit, by scale_loss, or by the program itself; an optimizer without a scale needs none.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.default_rng(2).normal(size=(64, 4)).astype("float32")

def network():
    return keras.Sequential([keras.Input((4,)), layers.Dense(1, dtype="float32")])

keras.mixed_precision.set_global_policy("mixed_float16")
net = network()
net.compile("sgd", "mse")
net.fit(x, x[:, :1], epochs=2, verbose=0)

scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
by_hand = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
plain = keras.optimizers.SGD(0.1)
scales = {
    "scaling": scaling.scale_loss,
    "by_hand": lambda loss: loss * (by_hand.dynamic_scale if by_hand.built else by_hand.initial_scale),
    "plain": plain.scale_loss,
    "alone": lambda loss: loss,
}
optimizers = {"scaling": scaling, "by_hand": by_hand, "plain": plain, "alone": keras.optimizers.SGD(0.1)}
for name, optimizer in optimizers.items():
    net = network()
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = scales[name](tf.reduce_mean(tf.square(net(x, training=True) - x[:, :1])))
        optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
