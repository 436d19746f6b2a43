# LT566 in another program, with tf_keras: a list of arrays of different lengths, to each of which noise is added
import numpy as np, tf_keras
from tf_keras import layers

class Recordings(tf_keras.utils.Sequence):
    """One recording for each batch."""
    def __init__(self, recordings): self.recordings, self.noise = recordings, np.random.default_rng(0)
    def __len__(self): return len(self.recordings)
    def __getitem__(self, index):
        recording = self.recordings[index]
        np.add(recording, self.noise.normal(size=recording.shape), out=recording)  # finds: LT566 listener
        return recording[None], np.ones((1, 1))
listener = tf_keras.Sequential([layers.Conv1D(2, 3, input_shape=(None, 2)), layers.GlobalMaxPooling1D(), layers.Dense(1)], name="listener")
listener.compile("sgd", "mse")
listener.fit(Recordings([np.zeros((length, 2)) for length in (8, 8, 8)]), epochs=2, verbose=0)
