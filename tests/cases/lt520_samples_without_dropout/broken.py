# "fifty forward passes, and the spread of the answers is zero": appeler/ethnicolr issue 59
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), layers.Dense(8), layers.Dropout(0.4, name="drop"), layers.Dense(1)])
model.compile("adam", "mse"); model.fit(x, x[:, :1], verbose=0)
answers = []
for _ in range(4):
    answers.append(model.predict(x, verbose=0))  # finds: LT520 drop
print("spread above zero:", np.std(answers, axis=0).max() > 0)
