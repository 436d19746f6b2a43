# LT106 in another program: a Sequential of Lambdas, which is only counted
import keras
from keras import layers

def tower(width, name):
    dense = layers.Dense(width, name=name)
    def apply(t):
        return keras.ops.relu(dense(t))
    return apply

model = keras.Sequential([
    keras.Input((2,)),
    layers.Lambda(tower(4, "lower")),  # finds: LT106 lower
    layers.Lambda(tower(1, "upper")),  # finds: LT106 upper
])
print("weights:", len(model.weights))
