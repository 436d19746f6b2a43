# LT403 in another program: a causal mask that is tiled by a tensor of sizes, which Keras takes apart
import numpy as np, keras
from keras import layers, ops

class Causal(layers.Layer):
    def __init__(self): super().__init__(name="causal"); self.attention = layers.MultiHeadAttention(2, 4)
    def call(self, x):
        size, steps = ops.shape(x)[0], ops.shape(x)[1]
        mask = ops.expand_dims(ops.arange(steps)[:, None] >= ops.arange(steps), 0)
        times = ops.concatenate([ops.expand_dims(size, -1), ops.convert_to_tensor([1, 1])], 0)
        mask = ops.tile(mask, times)  # finds: LT403 causal
        return self.attention(x, x, attention_mask=mask)
inputs = keras.Input((6, 8))
keras.Model(inputs, Causal()(inputs)).predict(np.ones((2, 6, 8)), verbose=0)
