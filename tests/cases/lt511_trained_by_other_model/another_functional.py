# LT511 in another program: a functional model on an inner layer of another, which is called directly afterwards
import numpy as np, keras
from keras import layers

inputs = keras.Input((4,))
code = layers.Dense(2, name="code")(inputs)
coder = keras.Model(inputs, layers.Dense(4, name="back")(code), name="coder")
x = np.random.rand(8, 4).astype("float32")
coder.compile("sgd", "mse"); coder.fit(x, x, verbose=0)
def add_head():
    return keras.Model(coder.input, layers.Dense(1)(coder.get_layer("code").output), name="rater")  # finds: LT511 coder
rater = add_head()
rater.compile("sgd", "mse"); rater.fit(x, x[:, :1], verbose=0)
print(np.shape(coder(x)))
