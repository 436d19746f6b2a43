"""Events printed while they happen."""

import stories

from layertrace.render import echo_line


def test_an_event_opens_and_closes():
    """A beginning shows the inputs, an end the outputs and the duration."""
    *_, call = stories.tutorial()

    assert echo_line(call).plain == (
        "┌ 4 call 2  my_dense (MyDenseLayer)  float32[10, 5]  eager  tutorial.py:24"
    )
    assert echo_line(call, ends=True).plain == "└ 4 call 2  my_dense  → float32[10, 10]  0.1 ms"


def test_the_depth_may_be_another_than_the_events_own():
    """The caller can choose the indentation, for example if outer events are not shown."""
    *_, call = stories.tutorial()

    assert echo_line(call, depth=2).plain.startswith("│ │ ┌ 4 call 2")
    assert echo_line(call, depth=5000).plain.startswith("│ " * 20 + "┌")


def test_an_old_encoding_gets_signs_it_can_show():
    """Without box characters, brackets become arrows."""
    *_, refused = stories.bug()

    assert echo_line(refused, encoding="cp437").plain.startswith("| | | * 17 variable  Variable")
    assert echo_line(refused, encoding="cp437").plain.isascii()


def test_an_echo_is_one_harmless_line():
    """Names and messages neither break the line nor change the terminal."""
    for event in stories.hostile():
        for ends in (False, True):
            assert echo_line(event, ends=ends).plain.isprintable()
