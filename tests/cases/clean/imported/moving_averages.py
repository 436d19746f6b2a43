"""What a program of `clean/` imports: the weights of a teacher follow those of a student."""


def follow(target, source, rate=0.9):
    """Move the weights of a model towards those of another."""
    for old, new in zip(target.weights, source.weights):
        old.assign(rate * old + (1 - rate) * new)
