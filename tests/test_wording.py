"""Docstrings, messages and pages are plain English, as `tests/wording.py` checks."""

import pytest
from wording import check_docstring, check_python, problems, problems_in

OLD_MESSAGES = [
    "Tell what is wrong in a recording (FILE), or run a PROGRAM with its arguments under trace and tell.",
    "Tell what the recording in B has otherwise than the one in A: why it retraces since yesterday, say.",
    "Put the recordings in FILES, as those of `run --children`, into one, in the order of the clock.",
    "Tell the versions of what is installed, and which places can be hooked.",
    "Print no report, but for what --check finds.",
    "Tell notes, too; status 1 if a finding is an error.",
    "Tell what happens while the program runs.",
    "Else the end of OUT tells it.",
    "eagerly its value is forgotten with each call, and it is traced twice if the first trace made some",
    "7 functions named f were made from the same code: made anew in each turn of a loop.",
    "says by compute_output_shape that it returns A, but its call returned B",
    "never ran the __init__ of Keras: its own does not call super().__init__()",
    "ran 5 times as if not in training: nobody passed training=True",
    "A model is trained in a loop of one's own that does not say so.",
    "was made anew from its configuration without k=3.0: get_config leaves it out",
    "since its __init__ does not take all that is in it: let it take **kwargs and hand them on",
    "layertrace could not record a call (ValueError); the program goes on without that. Please report it.",
    "runs of tf.functions are not counted, all else is recorded. A newer layertrace may know it.",
    "max_events=0 keeps nothing; give at least 1",
    "times=-1 is no count; give a whole number from 0 on",
    "layertrace is neither True or False nor codes such as LT101",
    "it is no Keras layer, layer class, model or name",
    "its version is '9', which is none",
    "line 3 is not as it should be (JSON is malformed)",
    "refers to number 7, which is not told",
    "an event ends that has not begun",
    "the recording was cut off 3.2 s after it began: the program was killed, or it goes on",
    "leaves the recording as it was written: the disk is full",
    "they differ in numbers, times and places at most",
    "and 3 things more",
    "value comes later",
    "each like this:",
    "Other causes are told too",
    "tells each event to standard error",
    "turns all of it into nothing",
    "if one is missing, the rest goes on",
    "runs the doctor over a recording",
    "Let all that commands print to standard error go where that leads now",
    "Stopping twice is as good as once",
    "Each mistake is found in another dress",
]
OLD_DOCSTRINGS = [
    "Tell whether a glob names a layer.",
    "Know a layer again, and remember what it was called.",
    "See every variable being made.",
    "Gather what happened to each layer, and who lies in whom.",
    "Say who this is, as plain data.",
    "Get to know a layer.",
    "How-manyeth trace of the function.",
]


def test_the_project_is_in_plain_english():
    """No docstring, message or page uses a word or an opening that readers stumble over."""
    wrong = problems()

    assert wrong == [], "\n".join(["rewrite:", *map(str, wrong)])


@pytest.mark.parametrize("sentence", OLD_MESSAGES)
def test_an_old_message_is_noticed(sentence):
    """A sentence that was rewritten is noticed if it comes back."""
    assert problems_in(sentence)


@pytest.mark.parametrize("sentence", OLD_DOCSTRINGS)
def test_an_old_docstring_is_noticed(sentence):
    """A docstring that was rewritten is noticed if it comes back."""
    assert check_docstring(sentence)


def test_a_predicate_opens_with_return_whether(tmp_path, monkeypatch):
    """A function of the package that returns a bool says `Return whether`; file and line are named."""
    module = tmp_path / "layertrace" / "example.py"
    module.parent.mkdir()
    module.write_text('def is_open(door) -> bool:\n    """Check the door."""\n    return True\n')
    monkeypatch.setattr("wording.ROOT", tmp_path)

    (problem,) = check_python(module)

    assert str(problem).startswith("layertrace/example.py:2: 'Check the door.': write Return whether")


def test_a_message_in_crumbs_is_noticed(tmp_path, monkeypatch):
    """A message that is broken into single words cannot be searched for."""
    module = tmp_path / "layertrace" / "example.py"
    module.parent.mkdir()
    module.write_text('MESSAGE = (\n    "a "\n    "message that nobody finds by searching"\n)\n')
    monkeypatch.setattr("wording.ROOT", tmp_path)

    advice = [problem.advice for problem in check_python(module)]

    assert "the message in pieces that can be searched for" in advice


def test_code_in_backticks_is_not_read():
    """Code keeps its names, whatever they are."""
    assert problems_in("Return what `tell()` prints.") == []
