# tf_keras: build sets the dtype
import tf_keras


class Cast(tf_keras.layers.Layer):
    def build(self, input_shape):
        self.variables = [self.add_weight(shape=(1,), name="w")]  # finds: LT310 cast


Cast(name="cast").build((None, 3))
