# Clean: regularizers set before layers are built, on a model that is cloned before it trains on, on a layer that stays
# frozen, for a weight that a layer does not have; and constraints that a step applies itself
import numpy as np, keras, tf_keras
from keras import layers, regularizers

x = np.random.rand(16, 4).astype("float32")
early = layers.Dense(4); early.kernel_regularizer = regularizers.L2(0.1); early.bias_constraint = keras.constraints.NonNeg()
model = keras.Sequential([early, layers.Dense(1, kernel_regularizer="l2")]); model.compile("sgd", "mse"); model.fit(x, x[:, :1], verbose=0)
base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
base.compile("sgd", "mse"); base.fit(x, x[:, :2], verbose=0)
for layer in base.layers: layer.kernel_regularizer = regularizers.L1(0.1); layer.activity_regularizer = regularizers.L2(0.1)
copy = keras.models.clone_model(base); copy.set_weights(base.get_weights()); copy.compile("sgd", "mse"); copy.fit(x, x[:, :2], verbose=0)
frozen = keras.Sequential([keras.Input((4,)), layers.Dense(3)]); frozen.trainable = False
frozen.layers[0].kernel_regularizer = regularizers.L2(0.1)
head = keras.Sequential([frozen, layers.Dense(1)]); head.compile("sgd", "mse"); head.fit(x, x[:, :1], verbose=0)
for k in (keras, tf_keras):
    bare = k.Sequential([k.layers.Dense(3, use_bias=False, bias_regularizer="l2"), k.layers.Dense(1)])
    bare.add(k.layers.BatchNormalization(scale=False, gamma_regularizer="l1")); bare.compile("sgd", "mse"); bare.fit(x, x[:, :1], verbose=0)
own = keras.Sequential([keras.Input((4,)), layers.Dense(1)]); own.layers[0].bias_constraint = keras.constraints.NonNeg()
own.compile("sgd", "mse"); own.fit(x, x[:, :1], verbose=0); own.layers[0].bias.assign(own.layers[0].bias_constraint(own.layers[0].bias))
