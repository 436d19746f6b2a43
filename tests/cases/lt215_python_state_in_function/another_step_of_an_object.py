# LT215 in another program
import tensorflow as tf, keras

class Agent:
    def __init__(self): self.steps, self.decay = 0, {"now": 1.0}
    @tf.function
    def act(self, x):
        self.steps = self.steps + 1  # finds: LT215 -
        self.decay["now"] *= 0.9  # finds: LT215 -
        return x / self.steps * self.decay["now"]
agent = Agent()
for _ in range(6): agent.act(tf.ones(3))
