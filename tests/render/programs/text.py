import keras
import numpy as np
from keras import layers

inputs = keras.Input((20,), dtype="int32")
x = layers.Embedding(500, 16, mask_zero=True)(inputs)
x = layers.Bidirectional(layers.LSTM(16, return_sequences=True))(x)
x = layers.LSTM(16, return_sequences=True)(x)
x = layers.TimeDistributed(layers.Dense(8, activation="relu"))(x)
x = layers.GlobalMaxPooling1D()(x)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
x, y = np.random.randint(0, 500, (96, 20)), np.random.randint(0, 2, (96, 1))
model.fit(x, y, batch_size=32, epochs=2, validation_data=(x[:32], y[:32]), verbose=0)
print(model.predict(x[:10], verbose=0).shape)
