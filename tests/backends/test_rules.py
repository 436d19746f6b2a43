"""Each rule that knows mistakes of JAX or torch finds them in other programs, and nothing in the fixed one.

`.ci/run` runs these tests in an environment that has both, and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import json
from importlib.metadata import version
from pathlib import Path

import pytest
from cases.cases import expected
from keras_programs import needs_torch, printed

from layertrace.diagnosis.registry import all_rules

HAS_JAX = importlib.util.find_spec("jax") is not None
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_JAX, reason="needs JAX, as in .ci/run"),
]

CASES = Path(__file__).parent / "cases"


FOUR_DEVICES = "--xla_force_host_platform_device_count=4"
"""The flags of XLA by which JAX has four devices on a CPU, for programs with a distribution."""


def is_of_torch(file):
    """Return whether a program runs on torch; any other of these programs runs on JAX."""
    return "import torch\n" in file.read_text()


def takes_variables():
    """Return whether JAX takes the variables of Keras themselves, as before 0.7."""
    return tuple(map(int, version("jax").split(".")[:2])) < (0, 7)


RUN = """
import contextlib, io, json, pathlib, sys
import keras, layertrace
for path in map(pathlib.Path, sys.argv[1:]):
    keras.backend.clear_session()
    code = compile(path.read_text(), str(path), "exec")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        with layertrace.trace(report=False) as timeline:
            exec(code, {"__name__": "__main__", "__file__": str(path)})
    for finding in timeline.findings(select=["LT"]):
        assert finding.fix or finding.edits, finding
        names = [layer.name for layer in finding.layers] or ["-"]
        for name in names:
            print(json.dumps([path.parent.name, path.name, finding.code, name, finding.location.line]))
"""


def test_each_rule_that_knows_one_of_them_alone_has_programs():
    """A rule for JAX or torch has a broken program, another one, and a fixed one."""
    codes = {rule.code for rule in all_rules() if rule.backends in (("jax",), ("torch",))}
    folders = {folder.name[:5].upper(): folder for folder in CASES.iterdir()}

    assert len(codes) >= 3
    assert codes <= folders.keys()
    for folder in folders.values():
        names = {file.name for file in folder.glob("*.py")}
        assert names >= {"broken.py", "fixed.py"}
        assert any(name.startswith("another_") for name in names)


def test_the_findings_of_each_program_are_those_that_it_names(start):
    """Code, layer and line are right, and a fixed program has none."""
    files = [file for file in sorted(CASES.glob("*/*.py")) if not is_of_torch(file)]
    if takes_variables():
        files = [file for file in files if file.parent.name != "lt408_variables_passed_to_jit"]
    shown = printed(start("jax", "-c", RUN, *map(str, files), has_tensorflow=False, XLA_FLAGS=FOUR_DEVICES))

    assert sorted(map(json.loads, shown.splitlines())) == wanted_in(files)
    assert len(files) >= 20


def wanted_in(files):
    """Return what the comments of programs name."""
    return sorted([file.parent.name, file.name, *each] for file in files for each in expected(file))


@needs_torch
def test_the_findings_of_each_program_on_torch_are_those_that_it_names(start):
    """Code, layer and line are right, and a fixed program has none."""
    files = [file for file in sorted(CASES.glob("*/*.py")) if is_of_torch(file)]
    shown = printed(start("torch", "-c", RUN, *map(str, files), has_tensorflow=False))

    assert sorted(map(json.loads, shown.splitlines())) == wanted_in(files)
    assert len(files) >= 5


@needs_torch
def test_a_parameter_that_an_optimizer_of_torch_trains_is_a_note(start):
    """No optimizer of Keras has variables, so nothing may be lost: the program passes a check."""
    program = CASES / "lt112_raw_parameter" / "note_trained_by_torch.py"
    done = start("torch", "-m", "layertrace", "check", str(program), has_tensorflow=False)

    assert done.returncode == 0, done.stderr
    assert "note  LT112" in done.stderr


@needs_torch
def test_a_parameter_of_an_attribute_is_counted_once(start):
    """A module keeps it among its parameters, which are a dict in another attribute."""
    program = CASES / "lt112_raw_parameter" / "another_two_parameters.py"
    done = start("torch", "-m", "layertrace", "check", str(program), has_tensorflow=False)

    assert "(gate and 1 more)" in done.stderr


RUN_EDITED = """
import sys
from pathlib import Path
import layertrace

def run(lines, path):
    module = {"__name__": "__main__"}
    Path(path).write_text("\\n".join(lines))
    with layertrace.trace(report=False) as timeline:
        exec(compile("\\n".join(lines), path, "exec"), module)
    return timeline, module["model"]

for path in sys.argv[1:]:
    lines = Path(path).read_text().splitlines()
    timeline, before = run(lines, f"before_{Path(path).name}")
    (finding,) = timeline.findings()
    (edit,) = finding.edits
    line = lines[edit.location.line - 1]
    lines[edit.location.line - 1] = line[: len(line) - len(line.lstrip())] + edit.code
    timeline, model = run(lines, f"after_{Path(path).name}")
    print("fixed:", len(timeline.findings()), len(model.trainable_weights) - len(before.trainable_weights))
"""


@needs_torch
def test_the_edit_of_a_raw_parameter_cures(start):
    """The parameter is one of the trainable weights, and nothing is found any more."""
    folder = CASES / "lt112_raw_parameter"
    files = [folder / "broken.py", folder / "another_temperature_of_a_model.py"]
    shown = printed(start("torch", "-c", RUN_EDITED, *map(str, files), has_tensorflow=False))

    assert [line for line in shown.splitlines() if line.startswith("fixed")] == ["fixed: 0 1"] * 2


RUN_FIXED = """
import sys
from pathlib import Path
import layertrace

def trace(lines):
    keras.backend.clear_session()
    file.write_text("\\n".join(lines))
    with layertrace.trace(report=False) as timeline:
        exec(compile("\\n".join(lines), str(file), "exec"), {"__name__": "__main__"})
    return timeline

import keras
file = Path("program.py")
for path in sys.argv[1:]:
    lines = Path(path).read_text().splitlines()
    try:
        with layertrace.trace(report=False) as timeline:
            exec(compile("\\n".join(lines), path, "exec"), {"__name__": "__main__"})
    except ValueError:
        (finding,) = timeline.findings(select=["LT408"])
        assert finding.fix_place == "in place"
        number = finding.location.line - 1
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines[number] = indent + finding.fix
        print("fixed:", len(trace(lines).findings(select=["LT"])))
"""


@pytest.mark.skipif(HAS_JAX and takes_variables(), reason="this JAX takes the variables of Keras")
def test_the_fix_of_variables_passed_to_jit_cures(start):
    """The suggested line in place of the mistake runs, and nothing is found any more."""
    files = [file for file in sorted(CASES.glob("lt408*/*.py")) if file.name != "fixed.py"]
    shown = printed(start("jax", "-c", RUN_FIXED, *map(str, files), has_tensorflow=False))

    assert [line for line in shown.splitlines() if line.startswith("fixed")] == ["fixed: 0"] * 2


RUN_CURED = """
import contextlib, io, linecache, sys
from pathlib import Path
import keras, layertrace

def findings(file, *passing):
    keras.backend.clear_session()
    linecache.checkcache()
    code = compile(file.read_text(), str(file), "exec")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(*passing):
        with layertrace.trace(report=False) as timeline:
            exec(code, {"__name__": "__main__", "__file__": str(file)})
    return timeline.findings(select=["LT"])

for path in map(Path, sys.argv[1:]):
    (finding,) = findings(path, AssertionError, RuntimeError, TypeError, ValueError)
    lines = path.read_text().splitlines()
    changes = {edit.location.line: edit.code for edit in finding.edits}
    if finding.fix_place == "in place":
        changes[finding.location.line] = finding.fix
    elif finding.fix_place == "before":
        number = finding.location.line
        changes[number] = f"{finding.fix}\\n{lines[number - 1].lstrip()}"
    assert changes, finding
    for number, code in changes.items():
        old = lines[number - 1]
        indent = old[: len(old) - len(old.lstrip())]
        lines[number - 1] = "\\n".join(indent + line if line else "" for line in code.splitlines())
    file = Path(f"{path.parent.name}_{path.name}")
    file.write_text("\\n".join(lines))
    print(path.parent.name[:5], path.stem, findings(file))
"""

RUN_BARE = """
import pathlib, sys
import keras
for path in map(pathlib.Path, sys.argv[1:]):
    keras.backend.clear_session()
    exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
    print(path.parent.name[:5], path.stem)
"""


def test_the_fixes_that_are_no_lines_count_each_run(start):
    """The programs with the advice for Python state and sizes applied by hand have right results."""
    folders = [*sorted(CASES.glob("lt2[01]5*")), CASES / "lt405_numpy_in_call"]
    files = [file for folder in folders for file in sorted(folder.glob("fixed*.py"))]
    shown = printed(start("jax", "-c", RUN_BARE, *map(str, files), has_tensorflow=False))

    assert shown.splitlines() == [f"{file.parent.name[:5]} {file.stem}" for file in files]
    assert len(files) == 8


CURED = [
    "../../cases/lt506_losses_ignored/another_compute_loss.py",
    "lt506_losses_ignored/broken.py",
    "lt506_losses_ignored/another_eager_loop.py",
    "lt205_python_state_in_call/broken.py",
    "lt205_python_state_in_call/another_list_of_a_module.py",
    "lt205_python_state_in_call/another_list_in_own_jit.py",
    "lt205_python_state_in_call/another_length_of_a_list.py",
    "lt205_python_state_in_call/another_length_of_a_global_list.py",
    "lt205_python_state_in_call/another_number_in_a_dict.py",
    "lt205_python_state_in_call/another_global_counter.py",
    "lt215_python_state_in_function/another_note_of_each_step.py",
    "lt402_tensor_kept_on_layer/another_list_of_losses.py",
    "lt402_tensor_kept_on_layer/another_list_of_means.py",
    "lt109_variable_outside_strategy/broken.py",
    "lt109_variable_outside_strategy/another_optimizer.py",
    "lt109_variable_outside_strategy/another_scope_left.py",
    "lt109_variable_outside_strategy/another_seed_of_dropout.py",
    "lt201_retraced_by_shape/broken.py",
    "lt201_retraced_by_shape/another_sentences.py",
    "lt201_retraced_by_shape/another_predictions_of_some_rows.py",
    "lt202_retraced_by_value/broken.py",
    "lt202_retraced_by_value/another_number_of_the_step.py",
    "lt204_traced_per_instance/broken.py",
    "lt204_traced_per_instance/another_method_jitted_in_init.py",
    "lt203_function_recreated/broken.py",
    "lt208_frozen_randomness/another_seed_of_an_argument.py",
    "lt203_function_recreated/another_partial.py",
    "lt203_function_recreated/another_gradient_in_a_function.py",
    "lt202_retraced_by_value/another_epoch_passed_on.py",
    "lt208_frozen_randomness/another_key_of_a_loop.py",
    "lt405_numpy_in_call/another_item_of_a_maximum.py",
    "lt405_numpy_in_call/another_shape_in_an_array.py",
    "lt501_training_not_passed/another_optimizer_of_optax.py",
    "lt501_training_not_passed/another_descent_by_hand.py",
    "lt501_training_not_passed/another_model_in_fit.py",
    "lt501_training_not_passed/another_call_without_parameter.py",
    "lt502_mask_lost/broken.py",
    "lt502_mask_lost/another_scaled_in_call.py",
    "lt604_optimizer_of_other_variables/broken.py",
    "lt113_variable_from_value/broken.py",
    "lt113_variable_from_value/another_counter.py",
    "lt113_variable_from_value/another_recurrent_layer.py",
    "lt113_variable_from_value/another_sequential.py",
    "lt113_variable_from_value/another_table.py",
    "lt410_weights_not_written_back/broken.py",
    "lt514_shapes_broadcast/another_jitted_step.py",
    "lt514_shapes_broadcast/another_compute_loss_in_fit.py",
    "lt514_shapes_broadcast/another_weighted_losses.py",
    "lt514_shapes_broadcast/another_goal_of_a_critic.py",
    "lt410_weights_not_written_back/another_plain_call.py",
    "lt412_weights_not_passed/broken.py",
    "lt414_donated_weights_used/broken.py",
    "lt414_donated_weights_used/another_state.py",
    "lt413_stateless_arguments_swapped/broken.py",
    "lt413_stateless_arguments_swapped/another_call.py",
    "lt413_stateless_arguments_swapped/another_update_in_a_method.py",
    "lt412_weights_not_passed/another_jitted_step.py",
    "lt412_weights_not_passed/another_method.py",
    "lt588_state_not_synced/broken.py",
    "lt588_state_not_synced/another_clipped_weights.py",
    "lt588_state_not_synced/another_warmup.py",
    "lt587_float64_unavailable/broken.py",  # the last, since its fix changes the configuration of JAX
]
"""The programs for which the whole fix is code with its place.

Some raise an error if what they count is wrong: the fix of LT205 must count each run.
"""


CURED_ON_TORCH = [
    "lt405_numpy_in_call/another_numpy_on_torch.py",
    "lt536_arguments_swapped/broken.py",
    "lt536_arguments_swapped/another_of_logits.py",
    "lt536_arguments_swapped/another_loss_in_a_loop.py",
    "lt506_losses_ignored/another_on_torch.py",
    "lt506_losses_ignored/another_compute_loss_on_torch.py",
    "../../cases/lt536_arguments_swapped/broken.py",
    "lt501_training_not_passed/another_forward_of_a_module.py",
    "lt501_training_not_passed/another_train_mode_of_torch.py",
    "lt502_mask_lost/another_op_of_torch.py",
    "lt502_mask_lost/another_positions_on_torch.py",
    "lt504_layer_never_called/another_detached_features.py",
    "lt504_layer_never_called/another_loss_from_a_number.py",
    "lt581_gradients_not_cleared/broken.py",
    "lt581_gradients_not_cleared/another_optimizer_of_keras.py",
    "lt582_optimizer_before_build/broken.py",
    "lt582_optimizer_before_build/another_head_built_by_a_call.py",
    "lt583_eval_ignored/broken.py",
    "lt583_eval_ignored/another_block_of_the_program.py",
    "lt583_eval_ignored/another_direct_call.py",
    "lt583_eval_ignored/another_module_around_a_model.py",
    "lt583_eval_ignored/another_predictions_of_a_fit.py",
    "lt583_eval_ignored/another_test_step.py",
    "lt584_schedule_unused/broken.py",
    "lt584_schedule_unused/another_callback.py",
    "lt584_schedule_unused/another_train_on_batch.py",
    "lt582_optimizer_before_build/another_head_replaced.py",
    "lt113_variable_from_value/another_recurrent_on_torch.py",
    "lt589_state_changed_in_place/broken.py",
    "lt589_state_changed_in_place/another_loop.py",
    "lt514_shapes_broadcast/broken.py",
    "lt514_shapes_broadcast/another_targets_with_an_axis.py",
    "lt585_gradients_cleared_early/broken.py",
    "lt585_gradients_cleared_early/another_accumulated.py",
    "lt585_gradients_cleared_early/another_two_models.py",
    "lt586_graph_carried_over/broken.py",
    "lt586_graph_carried_over/another_none_at_first.py",
    "lt586_graph_carried_over/another_two_states.py",
]


def cured(name):
    """Return the line that is printed for a program without findings."""
    return f"{Path(name).parent.name[:5]} {Path(name).stem} []"


@needs_torch
def test_the_fixes_on_torch_cure(start):
    """Each program runs with the suggested lines in place of its own, and nothing is found any more."""
    shown = printed(
        start("torch", "-c", RUN_CURED, *[str(CASES / name) for name in CURED_ON_TORCH], has_tensorflow=False)
    )

    assert shown.splitlines() == [cured(name) for name in CURED_ON_TORCH]


def test_the_fixes_on_jax_cure(start):
    """Each program runs with the suggested lines in place of its own, and nothing is found any more."""
    files = [str(CASES / name) for name in CURED]
    shown = printed(start("jax", "-c", RUN_CURED, *files, has_tensorflow=False, XLA_FLAGS=FOUR_DEVICES))

    assert shown.splitlines() == [cured(name) for name in CURED]
