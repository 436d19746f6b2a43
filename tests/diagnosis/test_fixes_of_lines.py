"""A fix that is complete code fits its line and each Python, and else it is a sentence."""

import pytest
from cases.cases import HERE

pytestmark = pytest.mark.slow


def fixes_of(run_once, name):
    """Return the fixes of the findings in a case, in order."""
    return [finding.fix for finding in run_once(HERE / f"{name}.py").timeline.findings(select=["LT"])]


def test_a_restore_keeps_the_if_of_its_line_and_quotes_no_folder(run_once):
    """A string in an f-string needs Python 3.12, and an `if` before a statement cannot stay in its line."""
    code, sentence = fixes_of(run_once, "lt621_checkpoint_restored_nothing/another_written_folder")

    assert sentence == "# check that the path is not None: the folder has no checkpoint"
    assert code.splitlines() == [
        'path = tf.train.latest_checkpoint("none here")',
        "assert path is not None",
        "tf.train.Checkpoint(net=first).restore(path)",
    ]


def test_a_generator_that_trains_goes_on_shuffling(run_once):
    """The fix is another generator: one that does not shuffle trains worse."""
    (fix,) = fixes_of(run_once, "lt570_predictions_reordered/another_generator_of_training")
    creation, prediction = fix.splitlines()

    assert creation.startswith("train_in_order = ")
    assert creation.endswith(".flow(x, y, batch_size=16, shuffle=False)")
    assert "digits.predict(train_in_order, verbose=0)" in prediction
