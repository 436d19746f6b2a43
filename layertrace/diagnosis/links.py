"""Documentation pages that findings link to."""

from __future__ import annotations

__all__ = [
    "ATTENTION",
    "AUTODIFF",
    "AUTOGRAPH",
    "BASE_LAYER",
    "CACHE",
    "CALLBACKS",
    "CHECKPOINT",
    "CREATING_VARIABLES",
    "CUSTOM_TRAINING_LOOPS",
    "CUSTOM_TRAIN_STEP",
    "DATASETS",
    "DISTRIBUTED_TRAINING",
    "FREE_VARIABLES",
    "FUNCTIONAL_API",
    "INITIALIZERS",
    "KERAS_ON_JAX",
    "LOSS_SCALING",
    "MASKING",
    "MIGRATING_TO_KERAS_3",
    "MIXED_PRECISION",
    "NUMERICS",
    "OPTIMIZERS",
    "PREPROCESSING",
    "RETRACING",
    "RETURN_VALUES",
    "RNN",
    "SAVING",
    "SEED_GENERATOR",
    "SHUFFLE",
    "SIDE_EFFECTS",
    "SUBCLASSING",
    "TF_FUNCTION",
    "TORCH_TRAINING_LOOPS",
    "TRAINING",
    "TRANSFER_LEARNING",
    "XLA",
]

ATTENTION = "https://keras.io/api/layers/attention_layers/multi_head_attention/"
BASE_LAYER = "https://keras.io/api/layers/base_layer/"
SEED_GENERATOR = "https://keras.io/api/random/seed_generator/"
OPTIMIZERS = "https://keras.io/api/optimizers/"
FUNCTIONAL_API = "https://keras.io/guides/functional_api/"
INITIALIZERS = "https://keras.io/api/layers/initializers/"
SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
MIGRATING_TO_KERAS_3 = "https://keras.io/guides/migrating_to_keras_3/"
CALLBACKS = "https://keras.io/api/callbacks/"
SAVING = "https://keras.io/guides/serialization_and_saving/"
TRAINING = "https://keras.io/guides/training_with_built_in_methods/"
TRANSFER_LEARNING = "https://keras.io/guides/transfer_learning/"
RNN = "https://keras.io/guides/working_with_rnns/"
PREPROCESSING = "https://keras.io/guides/preprocessing_layers/"
KERAS_ON_JAX = "https://keras.io/guides/writing_a_custom_training_loop_in_jax/"
TORCH_TRAINING_LOOPS = "https://keras.io/guides/writing_a_custom_training_loop_in_torch/"
LOSS_SCALING = "https://keras.io/api/optimizers/loss_scale_optimizer/"
MASKING = "https://keras.io/guides/understanding_masking_and_padding/"
CUSTOM_TRAINING_LOOPS = "https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/"
CHECKPOINT = "https://www.tensorflow.org/guide/checkpoint"
CUSTOM_TRAIN_STEP = "https://keras.io/guides/custom_train_step_in_tensorflow/"

NUMERICS = "https://www.tensorflow.org/api_docs/python/tf/debugging/enable_check_numerics"
DISTRIBUTED_TRAINING = "https://www.tensorflow.org/guide/distributed_training"
CACHE = "https://www.tensorflow.org/guide/data_performance#caching"
DATASETS = "https://www.tensorflow.org/guide/data"
SHUFFLE = "https://www.tensorflow.org/api_docs/python/tf/data/Dataset#shuffle"
MIXED_PRECISION = "https://www.tensorflow.org/guide/mixed_precision"
XLA = "https://www.tensorflow.org/xla/known_issues"

AUTODIFF = "https://www.tensorflow.org/guide/autodiff"
TF_FUNCTION = "https://www.tensorflow.org/guide/function"
AUTOGRAPH = f"{TF_FUNCTION}#autograph_transformations"
CREATING_VARIABLES = f"{TF_FUNCTION}#creating_tfvariables"
FREE_VARIABLES = f"{TF_FUNCTION}#depending_on_python_global_and_free_variables"
RETRACING = f"{TF_FUNCTION}#controlling_retracing"
RETURN_VALUES = f"{TF_FUNCTION}#all_outputs_of_a_tffunction_must_be_return_values"
SIDE_EFFECTS = f"{TF_FUNCTION}#executing_python_side_effects"
