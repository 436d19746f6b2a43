# LT501 in another program: the default of call is training=False
import numpy as np, tensorflow as tf, keras
from keras import layers
class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw); self.d = layers.Dense(4, name="d"); self.bn = layers.BatchNormalization(name="bn"); self.drop = layers.Dropout(0.5, name="drop"); self.o = layers.Dense(1)
    def call(self, x, training=False):
        return self.o(self.drop(self.bn(self.d(x), training=training), training=training))
net = Net(name="net"); opt = keras.optimizers.SGD()
x = np.ones((8, 3), "float32")
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(x) ** 2)  # finds: LT501 bn, LT501 drop
    opt.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
for _ in range(2): step(tf.constant(x))
