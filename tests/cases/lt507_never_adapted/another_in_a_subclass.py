# LT507 in another program: one of two is adapted, in a layer of the user's, used eagerly
import numpy as np, tensorflow as tf, keras
from keras import layers

class Tabular(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.ages = layers.Normalization(axis=None, name="ages")
        self.incomes = layers.Normalization(axis=None, name="incomes")  # finds: LT507 incomes
        self.join = layers.Dense(2)
    def build(self, age_shape, income_shape): self.incomes.build((None, 1)); self.join.build((None, 2))
    def call(self, age, income): return self.join(tf.concat([self.ages(age), self.incomes(income)], -1))
tabular = Tabular()
age, income = np.random.rand(8, 1) * 80, np.random.rand(8, 1) * 5000
tabular.ages.adapt(age)
print(float(tf.reduce_mean(tabular(age, income))))
