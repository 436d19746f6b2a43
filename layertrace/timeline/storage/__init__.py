"""Keep a timeline in a file, and read it back.

A recording is text: one JSON object in each line, in UTF-8. The first line names the format and its version:

    {"layertrace": "1.0", "written_by": "0.1.0", "python": "3.11.7", "started": "2026-11-24T21:55:00+00:00"}

It may have `"started_ns"`, when the recording began, in nanoseconds since 1970. Every other line is told
apart by its first key, whose value is a number that others refer to:

    {"layer": 1, "class_name": "Dense", "name": "dense", …}       who; a later line replaces it
    {"function": 1, "name": "train_step"}                         a tf.function
    {"place": 1, "file": "train.py", "line": 40, "in": "main"}    a line of code
    {"value": 1, "is": {"tensor": "float32", "shape": [10, 5]}}   shapes and arguments
    {"event": 0, "kind": "call", "layer": 1, "inputs": 1, …}      something began
    {"end": 0, "duration_ns": 81000, "outputs": 2}                and ended, where that was written later
    {"state": 1, …}  {"observation": 0, …}  {"failure": …}        what is known beside the events
    {"versions": {…}}  {"note": "…"}                              likewise
    {"closed": 12}                                                the last line, with the number of events

A number is told before it is used. Fields of an event are those of `Event`, of which `layer`, `function`,
`location`, `defined_at`, `inputs`, `outputs` and `arguments` are numbers of other lines; what has its default
is left out. Events may stand in any order, and are read in that of `start_ns`.

Values are those of JSON, but for `{"tensor": dtype, "shape": […]}`, a tensor's spec (with `"encoding"` unless
dense), `{"opaque": "…"}`, the description of something, `{"map": {…}}`, a mapping, and the numbers that JSON
does not have: `{"int": "0x…"}`, `{"float": "nan"}` and `{"complex": [re, im]}`. A list is a tuple.

A file without its last line was cut off, and is read as far as it goes. It may be compressed as a whole, by
gzip. A newer minor version (1.1) may have lines and fields that this one does not know; they are kept when
a timeline is saved again. A newer major version is refused.
"""

from layertrace.timeline.storage.files import (
    SUFFIXES,
    begins_a_recording,
    check_writable,
    compress,
    load,
    save,
    suffix_of,
)
from layertrace.timeline.storage.writer import Writer

__all__ = [
    "SUFFIXES", "Writer", "begins_a_recording", "check_writable", "compress", "load", "save", "suffix_of",
]  # fmt: skip
