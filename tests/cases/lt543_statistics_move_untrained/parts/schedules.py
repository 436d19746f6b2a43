"""What a program of this folder imports: a warmup, and how a teacher follows a student, which it does not use."""

import tensorflow as tf


class Warmup:
    """A rate that rises in the first steps."""

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps
        self.step = tf.Variable(0.0)

    def next(self):
        """Count a step, and return its rate."""
        self.step.assign(tf.minimum(self.step + 1.0, self.steps))
        return self.rate * self.step / self.steps


def follow(target, source, rate=0.9):
    """Move the weights of a model towards those of another."""
    for old, new in zip(target.weights, source.weights):
        old.assign(rate * old + (1 - rate) * new)
