"""Events told as they happen."""

import stories

from layertrace.render import echo_line


def test_an_event_opens_and_closes():
    """A beginning tells what came in, an end what came out and how long it took."""
    *_, call = stories.tutorial()

    assert echo_line(call).plain == (
        "┌ 4 call 2  my_dense (MyDenseLayer)  float32[10, 5]  eager  tutorial.py:24"
    )
    assert echo_line(call, ends=True).plain == "└ 4 call 2  my_dense  → float32[10, 10]  0.1 ms"


def test_the_depth_may_be_another_than_the_events_own():
    """Who leaves out outer events decides how far the inner ones are indented."""
    *_, call = stories.tutorial()

    assert echo_line(call, depth=2).plain.startswith("│ │ ┌ 4 call 2")
    assert echo_line(call, depth=5000).plain.startswith("│ " * 20 + "┌")


def test_an_old_encoding_gets_signs_it_can_show():
    """Brackets become arrows where there are no boxes."""
    *_, refused = stories.bug()

    assert echo_line(refused, encoding="cp437").plain.startswith("| | | * 17 variable  Variable")
    assert echo_line(refused, encoding="cp437").plain.isascii()


def test_an_echo_is_one_harmless_line():
    """Neither names nor messages break the line or switch anything on."""
    for event in stories.hostile():
        for ends in (False, True):
            assert echo_line(event, ends=ends).plain.isprintable()
