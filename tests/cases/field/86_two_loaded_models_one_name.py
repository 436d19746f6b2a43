# SOURCE: https://github.com/keras-team/keras/issues/12187
# SYMPTOM: two trained models of the same make are joined into an ensemble: all layers should have unique names
# CULPRIT: expert
# LINE: 19
# FIX: give each model a name of its own (keras.models.clone_model with another name, or model.name = ... before joining)
# OUTCOME: raises ValueError
# IDEAL: ensemble holds two different models named expert: name them expert_0 and expert_1.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(48, 5)).astype("float32"), rng.integers(0, 3, 48)


def expert(fold):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")],
                             name="expert")
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[fold::2], y[fold::2], verbose=0)
    return model


experts = [expert(fold) for fold in range(2)]
inputs = keras.Input((5,))
ensemble = keras.Model(inputs, layers.Average(name="vote")([e(inputs) for e in experts]), name="ensemble")
print("ensemble of", len(experts), "gives", ensemble.predict(x[:2], verbose=0).shape)
