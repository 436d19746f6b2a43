"""Try a layer against the contract that every Keras layer should keep."""
