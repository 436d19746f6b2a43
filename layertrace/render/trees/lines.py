"""Write one line of the tree: number, event, layer, shapes, remarks, location."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from rich.text import Text

from layertrace.render.trees.folding import Item
from layertrace.render.trees.outline import Node
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.mode_phrases import ran_where
from layertrace.render.wording.styles import (
    ERROR,
    FOLD,
    KINDS,
    MODES,
    NAME,
    NOTE,
    QUIET,
    TITLE,
    cause_style,
    inked,
)
from layertrace.timeline.event import (
    EMPTY_MAPPING,
    Event,
    FunctionRef,
    LayerRef,
    Location,
    VariableSpec,
)

__all__ = ["Line", "Writer"]

MOST_AROUND = 3
NO_MARKS: Mapping[int, str] = MappingProxyType({})


@dataclass(slots=True)
class Line:
    """The cells of one line; the layout decides which of them are aligned in columns.

    Attributes:
        number, what: The number of the event and its kind, which have fixed columns.
        who: The layer, variable or function.
        bare: The same without its class, if there is little room.
        data: Shapes or arguments.
        within: Returns the data in at most a number of columns, if there is little room.
        least: The number of columns in which they lose hardly anything.
        extras: Useful remarks, the first to be dropped if there is little room.
        remarks: Remarks that continue in a further line if there is little room.
        ends: Short remarks that stay in the first line.
        trouble: An exception, whose message may take further lines.
        time, location: What the columns on the right show.
    """

    number: Text = field(default_factory=Text)
    what: Text = field(default_factory=Text)
    who: Text = field(default_factory=Text)
    bare: Text = field(default_factory=Text)
    data: Text = field(default_factory=Text)
    within: Callable[[int], Text] | None = None
    least: int = 0
    remarks: list[Text] = field(default_factory=list)
    extras: list[Text] = field(default_factory=list)
    ends: list[Text] = field(default_factory=list)
    trouble: Text = field(default_factory=Text)
    time: str = ""
    location: Location | None = None

    def after(self, *, brief: bool = False) -> list[Text]:
        """Return the cells outside of columns, without the extras if `brief`."""
        return [*([] if brief else self.extras), *self.remarks, *self.ends, self.trouble]


class Writer:
    """Writes the nodes of one tree, from top to bottom, with the class of each layer in its first line.

    Args:
        names: The names of layers.
        places: The names of lines of code.
        glyphs: The symbols that can be shown.
        subject: Whether lines name their layer, which is redundant in the report of a single layer.
        marks: Codes of findings, by the number of the event that shows them.
        mark_styles: The colours of these codes; others are red.
        building: The numbers of the calls by which Keras built their layer.
        left_out_around: Returns the layers around an event that are not shown, outermost first.

    Attributes:
        numbers_calls: Whether calls in graphs have their number among those of the layer, as eager ones have.
    """

    def __init__(
        self,
        names: Names,
        places: Places,
        glyphs: Glyphs,
        *,
        subject: bool = True,
        marks: Mapping[int, str] = NO_MARKS,
        mark_styles: Mapping[str, str] = EMPTY_MAPPING,
        building: Set[int] = frozenset(),
        left_out_around: Callable[[Event], Sequence[LayerRef]] = lambda _: (),
    ) -> None:
        self.numbers_calls = True
        self._building = building
        self._left_out_around = left_out_around
        self._marks = marks
        self._mark_styles = mark_styles
        self._names = names
        self._places = places
        self._glyphs = glyphs
        self._subject = subject
        self._signatures: dict[FunctionRef | None, str] = {}

    def write(self, node: Node) -> Line:
        """Return the line of a node."""
        if node.item is None:
            return self._note(node)
        if node.item.plumbing:
            return self._plumbing(node.item)
        line = (
            self._group(node.item, is_open=bool(node.children))
            if node.item.pattern
            else self._event(node.item, node.around)
        )
        if node.hidden:
            # Of repeated events, the time and this number are those of all together.
            hidden = formatting.counted(node.hidden * node.item.times, "event")
            line.ends.insert(0, inked(f"{self._glyphs.dots} {hidden} inside", QUIET))
        if node.item.total_ns is not None:
            line.time = formatting.duration(node.item.total_ns, self._glyphs)
        return line

    def _note(self, node: Node) -> Line:
        if node.thread is not None:
            return Line(what=inked(f"thread {self._glyphs.user(node.thread)}", TITLE))
        if node.skipped:
            more = f"{node.skipped:,} more event{'s' * (node.skipped > 1)}"
            return Line(number=inked(self._glyphs.dots, QUIET), what=inked(more, QUIET))
        between = f"{formatting.counted(node.within, 'event')} not shown"
        return Line(number=inked(self._glyphs.dots, QUIET), what=inked(between, QUIET))

    def _plumbing(self, item: Item) -> Line:
        """Return one quiet line for what TensorFlow and Keras do for themselves."""
        phrase, details = item.plumbing
        line = Line(number=self._number(item), who=inked(self._glyphs.user(phrase), QUIET))
        line.extras += [inked(self._glyphs.user(details), QUIET)] if details else []
        line.location = item.first.location
        if item.total_ns is not None:
            line.time = formatting.duration(item.total_ns, self._glyphs)
        return line

    def _group(self, item: Item, *, is_open: bool) -> Line:
        """Return the line above a pattern; its first repetition follows below."""
        line = Line(number=self._number(item), what=self._fold_mark(item))
        line.who = inked("repeated:", QUIET)
        if item.alike:
            alike = f"{self._alike(item)}; the first:" if is_open else self._alike(item)
            line.who, line.data = self._range(item), inked(alike, QUIET)
        return line

    def _alike(self, item: Item) -> str:
        """Return how far repetitions are alike: `6 alike; filters 576…672, shapes vary`."""
        varies = ", ".join(item.varies).replace("…", self._glyphs.dots)
        return f"{item.times:,} alike; {varies}" if varies else f"{item.times:,} alike"

    def _event(self, item: Item, around: Event | None) -> Line:
        event = item.first
        line = Line(number=self._number(item), what=self._what(item), location=event.location)
        if event.variable is not None:
            self._variable(event, event.variable, around, line)
        elif event.kind in ("trace", "run"):
            self._function(item, line)
        else:
            self._layer(item, around, line)
        where = ran_where(event, around, self._glyphs)
        if event.seq in self._building:
            where = f"{where} to build it".lstrip()
        if where:
            line.remarks.insert(0, inked(where, MODES[event.mode]))
        if around is not None and around.thread != event.thread:
            line.remarks.append(inked(f"in thread {self._glyphs.user(event.thread)}", QUIET))
        line.remarks += self._inside(item)
        mark = self._marks.get(event.seq)
        if mark is not None:
            line.ends.append(inked(f"{self._glyphs.mark} {mark}", self._mark_styles.get(mark, ERROR)))
        self._trouble(event, around, line)
        return line

    def _inside(self, item: Item) -> list[Text]:
        """Return which layers that are not shown the events of an item ran in: `in net › head`."""
        shown = {event.layer.id for event in (item.first, item.last) if event.layer is not None}
        first, last = (
            [layer for layer in self._left_out_around(event) if layer.id not in shown]
            for event in (item.first, item.last)
        )
        common = [one for one, other in zip(first, last, strict=False) if one.id == other.id]
        if not common:
            return []
        names = [self._names.label(layer).plain for layer in common]
        inner = [self._glyphs.dots, *names[-1:]] if len(names) > MOST_AROUND else names[1:]
        return [inked("in " + f" {self._glyphs.inside} ".join([*names[:1], *inner]), QUIET)]

    def _number(self, item: Item) -> Text:
        if item.first.seq == item.last.seq:
            return inked(str(item.first.seq), QUIET)
        return inked(f"{item.first.seq}{self._glyphs.dots}{item.last.seq}", QUIET)

    def _fold_mark(self, item: Item) -> Text:
        return inked(f"{self._glyphs.times}{item.times * item.first.times:,}", FOLD)

    def _what(self, item: Item) -> Text:
        event = item.first
        text = inked(event.kind, KINDS[event.kind])
        if event.kind == "trace" and event.trace is not None:
            text.append(f" {event.trace}")
        if item.times * event.times > 1:
            text.append(" ").append_text(self._fold_mark(item))
        elif event.call_index is not None and (self.numbers_calls or event.mode == "eager"):
            text.append(f" {event.call_index}")
        return text

    def _range(self, item: Item) -> Text:
        """Return the names of the first and the last of a row of layers that are alike, or the function."""
        first, last, function = item.first.layer, item.last.layer, item.first.function
        if first is None or last is None:
            return inked("" if function is None else self._glyphs.user(function.label), NAME)
        text = self._names.label(first)
        text.append(f" {self._glyphs.dots} ", QUIET).append_text(self._names.label(last))
        if first.class_name == last.class_name:
            text.append(f" ({self._glyphs.user(first.class_name)})", QUIET)
        return text

    def _layer(self, item: Item, around: Event | None, line: Line) -> None:
        event = item.first
        if event.layer is not None and item.alike:
            line.who = self._range(item)
            if item.varies:
                line.remarks.append(inked(f"first of {item.times:,}; {', '.join(item.varies)}", QUIET))
        elif event.layer is not None and self._subject:
            line.bare = self._names.label(event.layer)
            line.who = self._names.mention(event.layer)
        if event.kind != "call":
            self._arguments(event, line)
            return
        line.data = event_phrases.shapes(event, self._glyphs)
        line.within = partial(event_phrases.shapes_within, event, self._glyphs)
        line.least = event_phrases.bare_shapes(event, self._glyphs).cell_len
        settings = event_phrases.settings(event, around, self._glyphs)
        if settings:
            line.remarks.append(Text(settings))

    def _arguments(self, event: Event, line: Line) -> None:
        line.data = Text(event_phrases.came_in(event, self._glyphs))
        line.within = partial(event_phrases.came_in_within, event, self._glyphs)

    def _function(self, item: Item, line: Line) -> None:
        """Write a trace or a run, with arguments only if they differ from the previous ones."""
        event = item.first
        line.who = inked("" if event.function is None else self._glyphs.user(event.function.label), NAME)
        arguments = event_phrases.came_in(event, self._glyphs)
        if arguments != self._signatures.get(event.function):
            self._signatures[event.function] = arguments
            if event.cause is None or event.cause.reason != "signature":  # which shows what is new in it
                self._arguments(event, line)
        if event.kind == "run":
            self._run(event, item, line)
        if event.graph is not None:
            line.remarks += [inked("XLA", QUIET)] * event.graph.jit_compile
            if event.graph.compile_ns is not None:
                compiled = event_phrases.compiled(event.graph.compile_ns, self._glyphs)
                line.remarks.append(inked(compiled, QUIET))
        if event.cause:
            line.remarks.append(inked(self._glyphs.user(str(event.cause)), cause_style(event.cause)))
        breaks = event_phrases.graph_breaks(event.graph_breaks, self._glyphs)
        line.remarks += [inked(text, NOTE) for text in breaks]
        if item.alike:
            line.remarks.append(inked(f"first of {self._alike(item)}", QUIET))

    def _run(self, event: Event, item: Item, line: Line) -> None:
        # Otherwise this recording contains a trace.
        if event.traced_before and event.traced_before == event.trace:
            before = formatting.counted(event.traced_before, "trace")
            remark = f"traced before this recording ({before}); its layers record no events"
            line.remarks.append(inked(remark, NOTE))
        elif item.times * event.times > 1 and item.size == item.times:
            line.remarks.append(inked(event_phrases.AS_GRAPH, QUIET))
        # Of several events that are shown once, only the first one's first run is known.
        start = event_phrases.slow_start(event.times, event.first_ns, event.duration_ns, self._glyphs)
        if start and item.times == 1:
            line.remarks.append(Text(start))

    def _variable(self, event: Event, variable: VariableSpec, around: Event | None, line: Line) -> None:
        line.who = inked(self._glyphs.user(variable.name), NAME)
        owner = event.layer
        if self._subject and owner is not None and not _is_about(around, owner):
            line.who.append(" of ", QUIET).append_text(self._names.mention(owner))
        line.data = Text(str(event_phrases.tensor(variable)))
        line.extras += event_phrases.usual_traits(variable, self._glyphs)
        line.remarks += event_phrases.odd_traits(variable)

    def _trouble(self, event: Event, around: Event | None, line: Line) -> None:
        error = event.error
        if error is None:
            return
        if error.origin:
            line.trouble = event_phrases.trouble(event, self._glyphs)
            if error.location is not None and error.location != event.location:
                line.trouble.append(f" ({self._places.short(error.location)})", "red")
            return
        cross = "" if event.kind == "call" else self._glyphs.cross  # a call has one as its output
        is_shown_around = around is not None and around.error is not None
        passed = f"{cross} {'' if is_shown_around else self._glyphs.user(error.type)}".strip()
        line.remarks[:0] = [inked(passed, ERROR)]


def _is_about(event: Event | None, layer: LayerRef) -> bool:
    # Refs of one layer may differ: its path is provisional until the layer is built.
    return event is not None and event.layer is not None and event.layer.id == layer.id
