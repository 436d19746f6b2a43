"""An optimizer of optax trains the model, which runs in inference mode."""

import jax
import keras
import numpy as np

try:
    import optax
except ImportError:  # the same, as far as this program needs it

    class optax:
        class sgd:
            def __init__(self, rate):
                self.rate = rate

            def init(self, weights):
                return ()

            def update(self, gradients, state, weights):
                return jax.tree.map(lambda gradient: -self.rate * gradient, gradients), state

        def apply_updates(weights, updates):
            return jax.tree.map(lambda weight, update: weight + update, weights, updates)


net = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop"), keras.layers.Dense(1)],
    name="net",
)
tx = optax.sgd(0.01)


@jax.jit
def step(weights, others, state, x, y):
    def loss_fn(weights):
        outputs, changed = net.stateless_call(weights, others, x)  # finds: LT501 drop
        return keras.ops.mean((outputs - y) ** 2), changed

    gradients, others = jax.grad(loss_fn, has_aux=True)(weights)
    updates, state = tx.update(gradients, state, weights)
    return optax.apply_updates(weights, updates), others, state


x, y = np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32")
weights = [v.value for v in net.trainable_variables]
others = [v.value for v in net.non_trainable_variables]
state = tx.init(weights)
for _ in range(3):
    weights, others, state = step(weights, others, state, x, y)
