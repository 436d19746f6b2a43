# LT551 in another program: a trainer keeps the list, and the step is compiled after the freezing
import tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.body, self.top = layers.Dense(4, name="body"), layers.Dense(1, name="top")

    def build(self, shape):
        self.body.build(shape)
        self.top.build((*shape[:-1], 4))

    def call(self, x):
        return self.top(self.body(x))

net = Net(name="net")
net.build((None, 3))
trained = list(net.trainable_weights)
for layer in net.layers[:1]:
    layer.trainable = False  # finds: LT551 body
optimizer = keras.optimizers.Adam()
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(x, training=True) ** 2)
    gradients = tape.gradient(loss, trained)
    optimizer.apply(gradients, trained)
step(tf.ones((2, 3)))
