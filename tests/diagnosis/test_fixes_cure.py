"""A fix that is complete code for its place cures the program: it runs, and the finding is gone."""

import pytest
from cases.cases import HERE
from diagnosis.apply_fix import applied, replaced

from layertrace.render.formats.replacements import is_applicable, replacements

pytestmark = pytest.mark.slow

PROGRAMS = [
    "lt101_variable_created_in_call/another_attention_head_in_a_block",
    "lt101_variable_created_in_call/another_in_a_decorated_call",
    "lt101_variable_created_in_call/another_in_a_test_step",
    "lt101_variable_created_in_call/broken",
    "lt103_layer_created_in_call/another_in_a_train_step",
    "lt103_layer_created_in_call/another_projection_when_widths_differ",
    "lt103_layer_created_in_call/broken",
    "lt104_state_added_after_build/another_layer_attached_in_call",
    "lt104_state_added_after_build/broken",
    "lt105_untracked_variable/another_codebook_of_a_vq_vae",
    "lt105_untracked_variable/another_moving_average_in_a_list",
    "lt105_untracked_variable/another_table_made_in_build_of_one_of_two",
    "lt105_untracked_variable/broken",
    "lt110_layer_repeated/broken",
    "lt111_shared_initializer/broken",
    "lt201_retraced_by_shape/another_sequences_of_all_lengths",
    "lt201_retraced_by_shape/another_texts_and_tags",
    "lt203_function_recreated/another_rate_by_compile",
    "lt203_function_recreated/another_rate_by_compile_tf_keras",
    "lt205_python_state_in_call/broken",
    "lt206_stale_attribute/another_by_a_callback",
    "lt206_stale_attribute/another_changed_in_the_eleventh_run",
    "lt206_stale_attribute/broken",
    "lt207_stale_trainable/another_after_pretraining",
    "lt207_stale_trainable/broken",
    "lt208_frozen_randomness/another_seed_of_an_argument",
    "lt301_call_hidden_by_declared_shape/broken",
    "lt301_child_not_built/another_hidden_by_its_declared_shape",
    "lt301_child_not_built/broken",
    "lt301_weights_never_loaded/another_training_resumed",
    "lt301_weights_never_loaded/broken",
    "lt302_built_without_children/another_shape_inference_fails_inside",
    "lt302_built_without_children/broken",
    "lt302_model_without_build_in_summary/another_checkpoint_of_a_model_without_call",
    "lt302_model_without_build_in_summary/another_target_network_without_weights",
    "lt302_model_without_build_in_summary/another_two_towers",
    "lt302_model_without_build_in_summary/another_weights_loaded_into_nothing",
    "lt303_build_skipped/another_base_class_says_built",
    "lt303_build_skipped/another_marked_as_built_from_outside",
    "lt303_build_skipped/another_one_weight_in_init_one_in_build",
    "lt303_build_skipped/broken",
    "lt306_call_bypassed/another_backbone_in_fit",
    "lt307_super_init_forgotten/another_deep_in_a_hierarchy",
    "lt307_super_init_forgotten/another_in_a_mixin",
    "lt307_super_init_forgotten/broken",
    "lt310_reserved_attribute/another_in_a_base_class",
    "lt310_reserved_attribute/another_in_a_function",
    "lt310_reserved_attribute/another_in_a_mixin",
    "lt310_reserved_attribute/another_list_named_layers",
    "lt310_reserved_attribute/another_lock_of_a_cache",
    "lt310_reserved_attribute/another_metrics_by_name",
    "lt310_reserved_attribute/another_weights_in_order",
    "lt310_reserved_attribute/broken",
    "lt311_no_symbolic_output/broken",
    "lt312_several_arguments/broken",
    "lt314_batch_size_in_weight/broken",
    "lt315_output_unused/another_blocks_in_a_loop",
    "lt315_output_unused/broken",
    "lt316_outputs_not_connected/another_input_forgotten",
    "lt316_outputs_not_connected/another_new_input_for_a_base",
    "lt316_outputs_not_connected/another_tf_keras",
    "lt316_outputs_not_connected/broken",
    "lt317_reshaped_not_permuted/broken",
    "lt501_training_not_passed/another_call_without_training_in_fit",
    "lt501_training_not_passed/another_default_of_false",
    "lt501_training_not_passed/another_dropout_in_a_compiled_step",
    "lt501_training_not_passed/another_frozen_only_afterwards",
    "lt501_training_not_passed/another_helper_of_both_steps",
    "lt501_training_not_passed/another_own_layer_asks_for_training",
    "lt501_training_not_passed/another_train_step",
    "lt501_training_not_passed/broken",
    "lt502_mask_lost/another_attention_after_a_sum",
    "lt502_mask_lost/another_functional_tf_keras",
    "lt502_mask_lost/another_lstm_called_past_its_call",
    "lt502_mask_lost/another_positions_added_by_a_layer",
    "lt502_mask_lost/another_raw_op_between_embedding_and_lstm",
    "lt502_mask_lost/another_scaled_words_of_a_functional_model",
    "lt502_mask_lost/broken",
    "lt504_layer_never_called/another_choice_in_one_line",
    "lt504_layer_never_called/another_eager_step",
    "lt504_layer_never_called/another_loss_that_compares",
    "lt504_layer_never_called/another_output_without_loss",
    "lt504_layer_never_called/another_output_without_loss_in_a_list",
    "lt504_layer_never_called/another_predict_in_the_tape",
    "lt504_layer_never_called/another_predict_of_one_of_two",
    "lt504_layer_never_called/another_output_without_loss_tf_keras",
    "lt504_layer_never_called/another_path_cut_by_argmax",
    "lt504_layer_never_called/another_rounded_grades",
    "lt504_layer_never_called/another_steps_of_a_layer",
    "lt504_layer_never_called/another_threshold_by_where",
    "lt506_losses_ignored/another_compute_loss",
    "lt506_losses_ignored/another_eager_loop",
    "lt506_losses_ignored/another_tf_keras_loop",
    "lt506_losses_ignored/another_train_step_of_a_vae",
    "lt506_losses_ignored/another_two_gradients",
    "lt506_losses_ignored/another_two_models_in_a_function",
    "lt506_losses_ignored/another_two_models_in_one_step",
    "lt506_losses_ignored/broken",
    "lt508_nothing_to_train/another_everything_frozen",
    "lt511_trained_by_other_model/another_functional",
    "lt511_trained_by_other_model/broken",
    "lt512_outputs_no_probabilities/another_loss_from_its_module",
    "lt512_outputs_no_probabilities/another_softmax_of_one",
    "lt512_outputs_no_probabilities/broken",
    "lt514_shapes_broadcast/another_loss_on_one_line",
    "lt514_shapes_broadcast/another_squeezed_prediction",
    "lt514_shapes_broadcast/broken",
    "lt521_metric_kept/another_in_a_metric_function",
    "lt521_metric_kept/another_in_a_plain_object",
    "lt521_metric_kept/another_outside_of_the_model",
    "lt521_metric_kept/another_raw_variables",
    "lt521_metric_kept/another_tf_keras_list",
    "lt521_metric_kept/broken",
    "lt522_average_not_applied/another_own_loop",
    "lt522_average_not_applied/another_tf_keras",
    "lt522_average_not_applied/broken",
    "lt523_weights_not_assigned/another_in_a_tf_function",
    "lt523_weights_not_assigned/another_items_of_the_list",
    "lt523_weights_not_assigned/broken",
    "lt524_variables_kept/another_callback_by_number",
    "lt524_variables_kept/another_set_weights",
    "lt524_variables_kept/another_set_weights_in_a_callback",
    "lt524_variables_kept/broken",
    "lt527_learning_rate_ended/another_for_the_first_fit_only",
    "lt527_learning_rate_ended/another_tf_keras",
    "lt527_learning_rate_ended/broken",
    "lt528_gradients_of_other_weights/another_clipped",
    "lt528_gradients_of_other_weights/another_cycle",
    "lt528_gradients_of_other_weights/another_eager_apply",
    "lt528_gradients_of_other_weights/another_tf_keras",
    "lt528_gradients_of_other_weights/another_twins_in_a_loop",
    "lt528_gradients_of_other_weights/broken",
    "lt529_units_all_alike/another_lstm",
    "lt529_units_all_alike/another_own_layer",
    "lt529_units_all_alike/another_tf_keras",
    "lt529_units_all_alike/another_zeros_behind_a_relu",
    "lt529_units_all_alike/broken",
    "lt530_loss_not_scaled/another_clipped_between",
    "lt530_loss_not_scaled/another_loss_scale_factor",
    "lt530_loss_not_scaled/another_train_step",
    "lt530_loss_not_scaled/broken",
    "lt531_softmax_applied_twice/another_distillation",
    "lt531_softmax_applied_twice/broken",
    "lt570_predictions_reordered/another_generator_of_images",
    "lt570_predictions_reordered/another_generator_tf_keras",
    "lt572_augmentation_cached/another_image_functions",
    "lt572_augmentation_cached/another_pipeline_of_layers",
    "lt572_augmentation_cached/another_tf_keras",
    "lt572_augmentation_cached/broken",
    "lt532_metric_misreads_outputs/another_accuracy_class",
    "lt532_metric_misreads_outputs/another_precision_and_recall",
    "lt532_metric_misreads_outputs/broken",
    "lt533_softmax_over_wrong_axis/another_last_axis",
    "lt533_softmax_over_wrong_axis/another_additive_attention",
    "lt533_softmax_over_wrong_axis/broken",
    "lt534_targets_out_of_range/another_classes_one_and_two",
    "lt534_targets_out_of_range/another_pixels_tf_keras",
    "lt534_targets_out_of_range/another_sum_of_exposures",
    "lt534_targets_out_of_range/broken",
    "lt535_accuracy_of_numbers/another_rain",
    "lt535_accuracy_of_numbers/another_tf_keras_with_history",
    "lt535_accuracy_of_numbers/broken",
    "lt536_arguments_swapped/another_lambda_tf_keras",
    "lt536_arguments_swapped/another_logits",
    "lt536_arguments_swapped/another_train_step",
    "lt536_arguments_swapped/broken",
    "lt537_labels_out_of_range/another_more_words_than_outputs",
    "lt537_labels_out_of_range/broken",
    "lt538_normalized_over_wrong_axis/another_channels_first",
    "lt538_normalized_over_wrong_axis/another_in_a_block",
    "lt538_normalized_over_wrong_axis/broken",
    "lt547_set_after_build/another_clone_before",
    "lt547_set_after_build/another_constraint",
    "lt547_set_after_build/another_setattr_in_a_function",
    "lt547_set_after_build/another_tf_keras",
    "lt547_set_after_build/broken",
    "lt548_targets_unreachable/another_pixels",
    "lt548_targets_unreachable/another_tanh",
    "lt548_targets_unreachable/broken",
    "lt566_data_changed/another_generator",
    "lt566_data_changed/another_tf_keras_sequence",
    "lt566_data_changed/broken",
    "lt567_split_by_class/another_one_hot_tf_keras",
    "lt567_split_by_class/broken",
    "lt568_state_shuffled/another_tf_keras_sequence",
    "lt568_state_shuffled/broken",
    "lt569_copied_to_itself/another_in_an_agent",
    "lt569_copied_to_itself/another_second_name",
    "lt569_copied_to_itself/broken",
    "lt570_predictions_reordered/another_labels_first",
    "lt570_predictions_reordered/another_loop_in_a_class",
    "lt570_predictions_reordered/broken",
    "lt571_weights_not_put_back/another_averages_at_both_ends",
    "lt571_weights_not_put_back/another_for_predictions",
    "lt571_weights_not_put_back/another_tf_keras",
    "lt571_weights_not_put_back/broken",
    "lt575_data_scaled_twice/another_application",
    "lt601_config_loses_argument/another_clone_of_a_model",
    "lt601_config_loses_argument/another_configs_in_five_forms",
    "lt601_config_loses_argument/another_key_that_init_does_not_know",
    "lt601_config_loses_argument/another_one_of_three_loses_its_argument",
    "lt601_config_loses_argument/broken",
    "lt604_optimizer_of_other_variables/another_fit_after_thawing",
    "lt605_clone_without_weights/broken",
    "lt607_class_not_registered/another_h5_file",
    "lt607_class_not_registered/another_loss_function",
    "lt607_class_not_registered/another_model_from_json",
    "lt607_class_not_registered/broken",
    "lt608_config_not_deserialized/another_list_of_layers",
    "lt608_config_not_deserialized/another_name_of_an_activation",
    "lt608_config_not_deserialized/broken",
    "lt623_weights_not_found_by_name/another_tf_keras",
    "lt623_weights_not_found_by_name/broken",
    "lt525_weights_not_finite/another_angle",
    "lt525_weights_not_finite/another_deviation_of_one",
    "lt525_weights_not_finite/another_direction_of_nothing",
    "lt525_weights_not_finite/another_gap_in_the_data",
    "lt525_weights_not_finite/another_log_of_a_softmax",
    "lt525_weights_not_finite/another_mask_without_entries",
    "lt525_weights_not_finite/another_own_softmax",
    "lt525_weights_not_finite/another_rate_too_high",
    "lt525_weights_not_finite/another_two_of_a_class",
    "lt525_weights_not_finite/broken",
    "lt577_divided_by_zero_targets/another_class_of_loss",
    "lt577_divided_by_zero_targets/broken",
    "lt704_positional_argument/another_list_of_numbers",
    "lt704_positional_argument/broken",
    "lt705_unknown_attribute/another_slip_in_a_loop",
    "lt705_unknown_attribute/another_slip_on_a_layer",
    "lt705_unknown_attribute/another_slip_on_a_model",
    "lt705_unknown_attribute/another_slip_on_an_optimizer",
    "lt705_unknown_attribute/broken",
    "lt706_removed_attribute/another_classes_by_predict_classes",
    "lt706_removed_attribute/another_loss_by_the_backend",
    "lt706_removed_attribute/another_name_of_a_dtype",
    "lt706_removed_attribute/another_rate_that_is_printed",
    "lt706_removed_attribute/another_shape_of_a_layer",
    "lt706_removed_attribute/broken",
    "lt707_file_name_refused/another_checkpoint_of_a_model",
    "lt707_file_name_refused/another_joined_path",
    "lt707_file_name_refused/another_model_in_a_folder",
    "lt707_file_name_refused/another_weights_by_a_prefix",
    "lt707_file_name_refused/broken",
    "lt708_metrics_by_position/another_name",
    "lt708_metrics_by_position/another_of_metrics",
    "lt708_metrics_by_position/broken",
]
"""Programs whose fixes need no human to place or to complete them."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_fix_cures_the_program(name, run_once, tmp_path, monkeypatch):
    """The program with the fix in place runs to its end, and its findings are gone."""
    monkeypatch.chdir(tmp_path)
    before = run_once(HERE / f"{name}.py")
    applicable, ran = mended(name, before, tmp_path, run_once)

    assert ran.error is None
    assert {finding.code for finding in applicable}.isdisjoint(each.code for each in serious(ran.timeline))


SYMPTOMS = [
    (
        "lt504_layer_never_called/another_eager_step",
        "counter is trained: False",
        "counter is trained: True",
    ),
    (
        "lt504_layer_never_called/another_path_cut_by_argmax",
        "score is trained: False",
        "score is trained: True",
    ),
    ("lt514_shapes_broadcast/another_loss_on_one_line", "slope: 0.0", "slope: 3.0"),
    (
        "lt504_layer_never_called/another_steps_of_a_layer",
        "squash is trained: False",
        "squash is trained: True",
    ),
    (
        "lt504_layer_never_called/another_threshold_by_where",
        "open is trained: False",
        "open is trained: True",
    ),
    ("lt203_function_recreated/another_rate_by_compile", "steps: 1", "steps: 4"),
    (
        "lt205_python_state_in_call/another_log_in_xla",
        "each step is logged: False",
        "each step is logged: True",
    ),
    (
        "lt205_python_state_in_call/another_order_of_calls",
        "each step is logged: False",
        "each step is logged: True",
    ),
    (
        "lt513_metric_never_reset/another_read_in_some_epochs",
        "the last epoch is shown as it is: False",
        "the last epoch is shown as it is: True",
    ),
    (
        "lt527_learning_rate_ended/another_halved_in_steps",
        "it learns to the end: False",
        "it learns to the end: True",
    ),
    (
        "lt527_learning_rate_ended/broken",
        "it learns to the end: False",
        "it learns to the end: True",
    ),
    ("lt317_reshaped_not_permuted/broken", "steps stay together: False", "steps stay together: True"),
    ("lt528_gradients_of_other_weights/broken", "the loss falls: False", "the loss falls: True"),
    ("lt529_units_all_alike/broken", "the units differ: False", "the units differ: True"),
    ("lt530_loss_not_scaled/broken", "it learns: False", "it learns: True"),
    ("lt534_targets_out_of_range/broken", "the loss is negative: True", "the loss is negative: False"),
    ("lt535_accuracy_of_numbers/broken", "the measure is not 0: False", "the measure is not 0: True"),
    ("lt536_arguments_swapped/broken", "it learns: False", "it learns: True"),
    ("lt537_labels_out_of_range/broken", "", "the loss is finite: True"),
    ("lt538_normalized_over_wrong_axis/broken", "statistics: 12", "statistics: 6"),
    ("lt547_set_after_build/broken", "penalties: 0", "penalties: 2"),
    ("lt548_targets_unreachable/broken", "it predicts losses: False", "it predicts losses: True"),
    ("lt572_augmentation_cached/broken", "same pictures: True", "same pictures: False"),
    ("lt569_copied_to_itself/broken", "target moves by itself: True", "target moves by itself: False"),
    (
        "lt570_predictions_reordered/another_generator_of_training",
        "it is right: False",
        "it is right: True",
    ),
    ("lt570_predictions_reordered/broken", "same order: False", "same order: True"),
    ("lt571_weights_not_put_back/broken", "weight: 0.0", "weight: 3.0"),
    ("lt567_split_by_class/broken", "classes held out: 1", "classes held out: 3"),
    (
        "lt623_weights_not_found_by_name/broken",
        "the first layer is loaded: False",
        "the first layer is loaded: True",
    ),
    (
        "lt539_monitor_missing/another_fit_without_its_validation",
        "epochs are compared: False",
        "epochs are compared: True",
    ),
    (
        "lt539_monitor_missing/another_metric_in_a_list",
        "it stops before the end: False",
        "it stops before the end: True",
    ),
    (
        "lt539_monitor_missing/another_metric_not_compiled",
        "it stops before the end: False",
        "it stops before the end: True",
    ),
    (
        "lt539_monitor_missing/another_numbered_metric",
        "both are slowed down: False",
        "both are slowed down: True",
    ),
    (
        "lt539_monitor_missing/another_without_validation",
        "epochs are compared: False",
        "epochs are compared: True",
    ),
    ("lt539_monitor_missing/broken", "it stops before the end: False", "it stops before the end: True"),
    (
        "lt540_monitored_backwards/another_metric_of_keras",
        "the best is kept: False",
        "the best is kept: True",
    ),
    (
        "lt540_monitored_backwards/another_own_score",
        "the best is kept: False",
        "the best is kept: True",
    ),
    ("lt540_monitored_backwards/another_tf_keras", "the best is kept: False", "the best is kept: True"),
    ("lt540_monitored_backwards/broken", "it has learned: False", "it has learned: True"),
    (
        "lt573_class_weight_unused/another_counted_from_1",
        "the first class has its weight: False",
        "the first class has its weight: True",
    ),
    (
        "lt573_class_weight_unused/another_digits_in_a_literal",
        "the rare class counts more: False",
        "the rare class counts more: True",
    ),
    (
        "lt573_class_weight_unused/another_names_in_a_list",
        "huge has its weight: False",
        "huge has its weight: True",
    ),
    (
        "lt573_class_weight_unused/another_sparse_from_1",
        "the last class has its weight: False",
        "the last class has its weight: True",
    ),
    ("lt573_class_weight_unused/broken", "rare cases are found: False", "rare cases are found: True"),
    ("lt574_fit_without_epoch/another_tf_keras", "it was trained again: False", "it was trained again: True"),
    ("lt574_fit_without_epoch/broken", "the base is fine-tuned: False", "the base is fine-tuned: True"),
    (
        "lt577_divided_by_zero_targets/broken",
        "the loss is below a million: False",
        "the loss is below a million: True",
    ),
    (
        "lt575_data_scaled_twice/another_weighted_classes",
        "both classes are found: False",
        "both classes are found: True",
    ),
    (
        "lt575_data_scaled_twice/broken",
        "it learns the classes: False",
        "it learns the classes: True",
    ),
    (
        "lt576_dataset_discarded/broken",
        "the images are brighter: False",
        "the images are brighter: True",
    ),
    (
        "lt612_array_not_saved/another_random_directions",
        "drawn: True, loaded as saved: False",
        "drawn: True, loaded as saved: True",
    ),
    ("lt705_unknown_attribute/another_slip_in_a_loop", "trained: 8", "trained: 2"),
    ("lt705_unknown_attribute/another_slip_on_a_layer", "frozen: False", "frozen: True"),
    ("lt705_unknown_attribute/another_slip_on_a_model", "epochs: 3", "epochs: 1"),
    ("lt705_unknown_attribute/another_slip_on_an_optimizer", "rate: 0.1", "rate: 0.0001"),
]
"""Programs that print their symptom, with what they print before and after."""


@pytest.mark.parametrize(("name", "ill", "cured"), SYMPTOMS)
def test_a_fix_cures_the_symptom(name, ill, cured, run_once, tmp_path, monkeypatch):
    """The program with the fix in place prints what it was meant to."""
    monkeypatch.chdir(tmp_path)
    before = run_once(HERE / f"{name}.py")
    _, after = mended(name, before, tmp_path, run_once)

    assert before.printed.strip() == ill
    assert after.printed.strip() == cured


@pytest.mark.parametrize(
    "name",
    [
        "lt101_variable_created_in_call/broken",
        "lt110_layer_repeated/broken",
        "lt705_unknown_attribute/another_slip_in_a_loop",
    ],
)
def test_an_editor_applies_the_same_fix(name, run_once, tmp_path, monkeypatch):
    """What SARIF replaces is what cures the program."""
    monkeypatch.chdir(tmp_path)
    ran, source = run_once(HERE / f"{name}.py"), (HERE / f"{name}.py").read_text(encoding="utf-8")
    changes = [(finding, replacements(finding)) for finding in serious(ran.timeline)]

    assert any(changed for _, changed in changes)
    for finding, changed in changes:
        assert not changed or replaced(source, changed) == applied(source, [finding])


def mended(name, ran, folder, run_once):
    """Return the findings of a program whose fixes can be applied, and the run with all of them in place."""
    path = HERE / f"{name}.py"
    applicable = [finding for finding in serious(ran.timeline) if is_applicable(finding)]
    assert applicable
    copy = folder / path.name
    copy.write_text(applied(path.read_text(encoding="utf-8"), applicable), encoding="utf-8")
    return applicable, run_once(copy)


def serious(timeline):
    """Return the findings above a note."""
    return [finding for finding in timeline.findings(select=["LT"]) if finding.severity != "note"]
