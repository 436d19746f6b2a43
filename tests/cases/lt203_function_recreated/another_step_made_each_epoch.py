import tensorflow as tf
import keras
from keras import layers


def make_train_step(model, optimizer, loss_fn):
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        return loss

    return step


def train(model, data, epochs):
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    for epoch in range(epochs):
        step = make_train_step(model, optimizer, keras.losses.MeanSquaredError())  # finds: LT203 -
        for x, y in data:
            loss = step(x, y)
        print(epoch, float(loss))


x = tf.random.normal((64, 4))
data = tf.data.Dataset.from_tensor_slices((x, tf.reduce_sum(x, 1, keepdims=True))).batch(16)
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
train(net, data, 4)
