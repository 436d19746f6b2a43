# LT214 in another program: an object with a step, a function for one model that another replaces, a closure
import tensorflow as tf, keras

class Trainer:
    def __init__(self): self.noise, self.net = 1.0, keras.layers.Dense(1); self.net.build((None, 2))
    @tf.function
    def step(self, x): return tf.reduce_mean(self.net(x)) * self.noise
    def run(self, x):
        for epoch in range(3):
            self.step(x); self.noise *= 0.5  # finds: LT214 -
Trainer().run(tf.ones((2, 2)))

@tf.function
def learn(x):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(model(x) ** 2)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
for fold in range(2):
    optimizer = keras.optimizers.SGD()  # finds: LT214 -
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    for _ in range(2): learn(tf.ones((2, 2)))

def make(scale):
    def set_scale(value):
        nonlocal scale
        scale = value  # finds: LT214 -
    return tf.function(lambda x: x * scale), set_scale
scaled, set_scale = make(2.0)
scaled(tf.ones(2)); set_scale(3.0); scaled(tf.ones(2))
