# Variables created under the wrong distribution scope
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

st = tf.distribute.MirroredStrategy(["/cpu:0"])
with st.scope():
    m = keras.Sequential([layers.Dense(1)])          # deferred: no variables yet
m(np.ones((1, 2), "float32"))                         # variables created outside the scope  # finds: LT109 dense
print(type(m.layers[0].kernel.value).__name__)
with st.scope(): m.compile("adam", "mse")
m.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
