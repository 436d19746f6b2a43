"""What is found in a program does not depend on its form: in a function, in two files, formatted."""

import pytest
from cases.cases import HERE
from diagnosis.rewritten import compared

pytestmark = pytest.mark.slow

FORMS = [
    ("in-function", "lt310_reserved_attribute/broken.py"),
    ("in-function", "lt542_freeze_misses_nested/another_none_on_top.py"),
    ("two-files", "clean/weights_that_an_object_moves.py"),
    ("two-files", "lt109_variable_outside_strategy/another_scope_only_around_compile.py"),
    ("two-files", "lt207_stale_trainable/another_frozen_by_a_callback.py"),
    ("two-files", "lt207_stale_trainable/another_unfreeze_by_callback.py"),
    ("two-files", "lt308_called_symbolically_first/broken.py"),
    ("two-files", "clean/teacher_with_statistics_of_its_own.py"),
    ("two-files", "lt527_learning_rate_ended/another_halved_in_steps.py"),
    ("two-files", "lt544_average_without_statistics/broken.py"),
    ("two-files", "lt547_set_after_build/another_setattr_in_a_function.py"),
    ("two-files", "lt607_class_not_registered/another_loss_function.py"),
]
"""Those that once changed what is found; `python tests/diagnosis/rewritten.py` tries all."""


@pytest.mark.parametrize(("form", "program"), FORMS)
def test_a_program_in_another_form_has_the_same_findings(form, program, tmp_path, monkeypatch):
    """Code, layer and line are the same, where a line moves to another file, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    wanted, found = compared(HERE / program, form, tmp_path)

    assert found == wanted
    assert bool(wanted) == program.startswith("lt")
