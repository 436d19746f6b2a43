"""Compare the answers of several backends, question by question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layertrace.testing.contract.across.answers import Answers
from layertrace.testing.contract.values import Difference, described, difference, sides_of
from layertrace.timeline.event import Location

__all__ = ["Cell", "Outcome", "Question", "compared"]

Outcome = Literal["same", "differs", "not tried"]
MOST_WEIGHTS = 4
MOST_VALUES = 3
_SHORTER = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer of one backend to one question.

    Attributes:
        backend: The name of the backend.
        outcome: Whether it is that of the first backend that answers.
        text: The answer itself, for the first; why it was not tried, for those without one.
    """

    backend: str
    outcome: Outcome
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the answers of all backends.

    Attributes:
        name: Its name: `gradients`.
        cells: The answers, in the order of the backends.
        message: How the first answer that differs does; empty if none does.
        sides: Both answers, each with its backend.
        location: The line of the `call` of the layer.
    """

    name: str
    cells: tuple[Cell, ...]
    message: str = ""
    sides: tuple[tuple[str, str], ...] = ()
    location: Location | None = None

    @property
    def differs(self) -> bool:
        """Whether a backend gives another answer."""
        return any(cell.outcome == "differs" for cell in self.cells)


Answer = Callable[[Answers], str]
Compare = Callable[[Answers, Answers], Difference]


def compared(answers: Sequence[Answers]) -> list[Question]:
    """Return all questions, each backend compared with the first that answers it."""
    return [_question(answers, name, *functions) for name, functions in _questions().items()]


def _questions() -> dict[str, tuple[str, str, Answer, Compare]]:
    """Return for each question the answers that it needs, what it is about, and how answers are compared."""
    return {
        "call": ("", "", _call, lambda _first, _other: Difference()),
        "lifecycle": ("", "the lifecycles", _lifecycle, _compare_lives),
        "weights": ("", "the weights", _weights, _compare_weights),
        "outputs": ("outputs", "shapes or dtypes of the outputs", _specs, _compare_specs),
        "values": ("outputs", "the outputs in inference", *_of("outputs")),
        "masks": ("masks", "the masks of the outputs", _masks, _compare_masks),
        "masked": ("masks", "the outputs for inputs with a mask", *_of("masked")),
        "training": ("training", "the outputs in training", *_of("training")),
        "state": ("training", "the weights after a call in training", *_of("state")),
        "gradients": ("gradients", "the gradients", *_of("gradients")),
    }


def _question(
    answers: Sequence[Answers], name: str, needs: str, topic: str, answer: Answer, compare: Compare
) -> Question:
    """Return one question: the first answer as it is, and how others differ from it."""
    cells: list[Cell] = []
    message, sides = "", list[tuple[str, str]]()
    reasons = {each.backend: _reason(name, needs, each, answers) for each in answers}
    first = next((each for each in answers if not reasons[each.backend] and not _failure(needs, each)), None)
    for each in answers:
        failure = _failure(needs, each)
        if reasons[each.backend] or first is None:
            cells.append(Cell(each.backend, "not tried", reasons[each.backend] or failure))
        elif each is first:
            cells.append(Cell(each.backend, "same", answer(each)))
        elif failure:
            cells.append(Cell(each.backend, "differs"))
            message = message or f"on {each.backend} and not on {first.backend}: {failure}"
        else:
            differs = compare(first, each)
            cells.append(Cell(each.backend, "differs" if differs else "same"))
            if differs and not message:
                message = f"{topic} of {each.layer} differ on {first.backend} and {each.backend}: {differs}"
                sides = sides_of(differs, first.backend, each.backend)
    location = next((each.location for each in answers if each.location is not None), None)
    return Question(name, tuple(cells), message, tuple(sides), location)


def _failure(needs: str, answers: Answers) -> str:
    """Return what a layer raises where an answer is needed; empty if nothing."""
    return answers.absent if answers.is_failure else answers.failures.get(needs, "")


def _reason(name: str, needs: str, answers: Answers, all_answers: Sequence[Answers]) -> str:
    """Return why a backend is not asked; empty if it is."""
    if answers.absent and not answers.is_failure:
        return answers.absent
    if name == "call":
        return ""
    if answers.absent:
        return "its call fails"
    if not needs:
        return ""
    first = next(each for each in all_answers if not each.absent)
    if _compare_weights(first, answers):
        return "its weights differ"
    if needs in answers.failures and name in ("values", "masked", "state"):
        return f"it needs {needs}, which fails"
    if name in ("values", "masked") and answers is not first and _compare_specs(first, answers):
        return "its outputs differ"
    return "" if name == "outputs" else answers.untried.get(name) or answers.untried.get(needs, "")


def _call(answers: Answers) -> str:
    return answers.layer


def _lifecycle(answers: Answers) -> str:
    return " ".join(kind.partition(" ")[0] for kind in answers.lives[0][1]) if answers.lives else "no events"


def _compare_lives(first: Answers, other: Answers) -> Difference:
    for one, another in zip(first.lives, other.lives, strict=False):
        if one[0] != another[0] or list(one[1]) != list(another[1]):
            return _with_sides(
                f"that of {one[0]}",
                f"{one[0]}: {', '.join(one[1])}",
                f"{another[0]}: {', '.join(another[1])}",
            )
    if len(first.lives) != len(other.lives):
        return Difference(f"{len(first.lives)} layers against {len(other.lives)}")
    return Difference()


def _weights(answers: Answers) -> str:
    more = f" and {len(answers.weights) - MOST_WEIGHTS} more" if len(answers.weights) > MOST_WEIGHTS else ""
    return (", ".join(answers.weights[:MOST_WEIGHTS]) or "none") + more


def _compare_weights(first: Answers, other: Answers) -> Difference:
    shorten = not (first.has_64_bits and other.has_64_bits)
    ours, theirs = ([_named(text, shorten=shorten) for text in each.weights] for each in (first, other))
    if ours == theirs:
        return Difference()
    count = (
        f"{len(ours)} against {len(theirs)}" if len(ours) != len(theirs) else "another name, shape or dtype"
    )
    return _with_sides(count, _weights(first), _weights(other))


def _named(text: str, *, shorten: bool) -> str:
    for long, short in _SHORTER.items() if shorten else ():
        text = text.replace(f" {long}[", f" {short}[")
    return text


def _specs(answers: Answers) -> str:
    return ", ".join(map(described, answers.arrays["outputs"])) or "none"


def _compare_specs(first: Answers, other: Answers) -> Difference:
    ours, theirs = _arrays_of("outputs", first, other)
    if [described(array) for array in ours] == [described(array) for array in theirs]:
        return Difference()
    return _with_sides(f"{_specs(first)} against {_specs(other)}", _specs(first), _specs(other))


def _masks(answers: Answers) -> str:
    return ", ".join(described(mask) if mask.size else "none" for mask in answers.arrays["masks"])


def _compare_masks(first: Answers, other: Answers) -> Difference:
    ours, theirs = _masks(first), _masks(other)
    if ours != theirs:
        return _with_sides(f"{ours} against {theirs}", ours, theirs)
    sides = [[mask.astype("int8") for mask in each.arrays["masks"]] for each in (first, other)]
    for one, another in zip(*sides, strict=True):
        if (one != another).any():
            return _with_sides("other steps", str(one.tolist()), str(another.tolist()))
    return Difference()


def _of(question: str) -> tuple[Answer, Compare]:
    """Return how the arrays that answer a question are shown and compared."""

    def answer(answers: Answers) -> str:
        values = [value for array in answers.arrays[question] for value in array.reshape(-1)[:MOST_VALUES]]
        count = sum(array.size for array in answers.arrays[question])
        shown = [f"{value:.4g}" if value.dtype.kind in "fV" else str(value) for value in values[:MOST_VALUES]]
        return ", ".join([*shown, *(["…"] if count > MOST_VALUES else [])]) or "none"

    def compare(first: Answers, other: Answers) -> Difference:
        return difference(*_arrays_of(question, first, other))

    return answer, compare


def _arrays_of(question: str, first: Answers, other: Answers) -> tuple[list[Any], list[Any]]:
    """Return the arrays of both, without 64 bits if one backend does not have them."""
    both = [list(each.arrays[question]) for each in (first, other)]
    if not (first.has_64_bits and other.has_64_bits):
        both = [
            [array.astype(_SHORTER.get(array.dtype.name, array.dtype)) for array in arrays] for arrays in both
        ]
    return both[0], both[1]


def _with_sides(text: str, one: str, other: str) -> Difference:
    result = Difference(text)
    result.sides = (one, other)
    return result
