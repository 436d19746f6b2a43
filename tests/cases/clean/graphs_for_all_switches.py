import itertools, tensorflow as tf

@tf.function
def augmented(image, switches):
    """has a graph for each of the four settings, and no others"""
    if switches["flip"]: image = tf.reverse(image, [1])
    if switches["invert"]: image = 1.0 - image
    return image
for flip, invert in itertools.product((False, True), repeat=2):
    augmented(tf.ones((4, 4)), {"flip": flip, "invert": invert})
