# LT109 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

st = tf.distribute.MirroredStrategy(["/cpu:0"])
with st.scope():
    m = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
m(np.ones((1, 2), "float32"))                         # variables created in the scope before
print(type(m.layers[0].kernel.value).__name__)
with st.scope(): m.compile("adam", "mse")
m.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
