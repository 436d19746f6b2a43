# LT607 in another program: a loss that is a function
import keras
from keras import layers, ops

def absolute(y, p):  # finds: LT607 -
    return ops.mean(ops.abs(y - p))

model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("adam", absolute)
model.save("absolute.keras"); keras.models.load_model("absolute.keras")
