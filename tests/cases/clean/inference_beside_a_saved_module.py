# A model of tf_keras that only predicts, while an optimizer trains a module that was loaded from a file
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tempfile
import tensorflow as tf
import tf_keras


class Scale(tf.Module):
    def __init__(self):
        self.factor = tf.Variable(1.0)

    @tf.function(input_signature=[tf.TensorSpec((), "float32")])
    def __call__(self, x):
        return x * self.factor


model = tf_keras.Sequential([tf_keras.layers.Dense(2, input_shape=(3,)), tf_keras.layers.BatchNormalization()])
print(model(tf.ones((4, 3))))
folder = tempfile.mkdtemp()
tf.saved_model.save(Scale(), folder)
loaded = tf.saved_model.load(folder)
optimizer = tf_keras.optimizers.SGD(0.05)

for _ in range(3):
    with tf.GradientTape() as tape:
        loss = (10.0 - loaded(tf.constant(2.0))) ** 2
    variables = tape.watched_variables()
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
print("loss", float(loss))
