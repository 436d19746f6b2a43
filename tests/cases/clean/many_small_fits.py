import tensorflow as tf, keras

def fitted_slope(y):
    """fits a line through the origin: each fit has a variable, an optimizer and a function of its own"""
    slope, optimizer = keras.Variable(0.0, name="slope"), keras.optimizers.SGD(0.1)
    @tf.function
    def step(x):
        with tf.GradientTape() as tape: loss = tf.reduce_mean((slope * x - y) ** 2)
        optimizer.apply([tape.gradient(loss, slope.value)], [slope])
    for _ in range(3): step(tf.constant([1.0, 2.0]))
    return slope
slopes = [fitted_slope(tf.constant([1.0, 2.0]) * n) for n in range(7)]
