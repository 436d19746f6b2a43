# SOURCE: https://github.com/keras-team/keras/pull/7145
# SYMPTOM: the critic's word vectors are frozen; after the alternating training (critic.trainable = False / True) they have changed
# CULPRIT: word_vectors
# LINE: 25
# FIX: keep what was frozen: critic.trainable = True, then critic.get_layer("word_vectors").trainable = False
# OUTCOME: silent
# IDEAL: critic.trainable = True set every layer of critic trainable, also word_vectors, which was made with trainable=False; the fit after it changed its weights.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(4)
rng = np.random.default_rng(0)
vectors = rng.normal(size=(20, 6)).astype("float32")
critic = keras.Sequential([
    keras.Input((7,), dtype="int32"),
    layers.Embedding(20, 6, embeddings_initializer=keras.initializers.Constant(vectors), trainable=False, name="word_vectors"),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid", name="verdict"),
], name="critic")
writer = keras.Sequential([keras.Input((3,)), layers.Dense(7, activation="softplus", name="draft")], name="writer")


def set_critic(trainable):
    critic.trainable = trainable
    critic.compile("adam", "binary_crossentropy")


for turn in range(2):
    set_critic(False)
    noise = rng.normal(size=(16, 3)).astype("float32")
    fakes = np.clip(writer.predict(noise, verbose=0) * 5, 0, 19).astype("int32")
    set_critic(True)
    reals = rng.integers(0, 20, (16, 7))
    critic.fit(np.concatenate([fakes, reals]), np.repeat([0, 1], 16), verbose=0)
print("word vectors as given:", np.array_equal(critic.get_layer("word_vectors").get_weights()[0], vectors))
