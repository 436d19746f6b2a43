# add_loss counts more often than expected
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Act(layers.Layer):
    def call(self, x): self.add_loss(tf.reduce_sum(x)); return x  # finds: LT505 act, LT505 act_1
td = layers.TimeDistributed(Act()); td(np.ones((1, 5, 2), "float32"))
a = Act(); a.call(tf.ones((1, 2))); a.call(tf.ones((1, 2)))
print("TimeDistributed:", len(td.losses), "direct .call:", len(a.losses))
