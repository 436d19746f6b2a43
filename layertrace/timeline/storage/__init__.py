"""Save timelines to files, and load them.

A recording is text: one JSON object in each line, in UTF-8. The first line names the format and its version:

    {"layertrace": "1.0", "written_by": "0.1.0", "python": "3.11.7", "started": "2026-11-24T21:55:00+00:00"}

It may have `"started_ns"`, when the recording began, in nanoseconds since 1970. The first key of every other
line names its kind; the value of that key is a number to which other lines refer:

    {"layer": 1, "class_name": "Dense", "name": "dense", …}       a layer; a later line replaces it
    {"function": 1, "name": "train_step"}                         a tf.function
    {"place": 1, "file": "train.py", "line": 40, "in": "main"}    a line of code
    {"value": 1, "is": {"tensor": "float32", "shape": [10, 5]}}   shapes and arguments
    {"event": 0, "kind": "call", "layer": 1, "inputs": 1, …}      the beginning of an event
    {"end": 0, "duration_ns": 81000, "outputs": 2}                its end, if that was written separately
    {"state": 1, …}  {"observation": 0, …}  {"failure": …}        the context of the recording
    {"versions": {…}}  {"command": […]}  {"statement": 0, …}      more of it
    {"watched": ["update", …]}                                    the kinds of observations looked for
    {"mark": "epoch 1", "start_ns": 0, "duration_ns": 9, …}       a part of the program that the user named
    {"note": "…"}                                                 a sentence about the recording itself
    {"closed": 12}                                                the last line, with the number of events

Each number is defined before it is used. Events have the fields of `Event`; `layer`, `function`,
`location`, `defined_at`, `inputs`, `outputs` and `arguments` are numbers of other lines, and fields with
their default are omitted. Events may be in any order; readers sort them by `start_ns`.

Values are JSON, with these additions: `{"tensor": dtype, "shape": […]}` is the spec of a tensor (with
`"encoding"` unless it is dense), `{"opaque": "…"}` a description, `{"map": {…}}` a mapping, and
`{"int": "0x…"}`, `{"float": "nan"}` and `{"complex": [re, im]}` are numbers that JSON does not have. A
list is a tuple.

A file without its last line is truncated; its complete lines are read. The whole file may be compressed with
gzip. A newer minor version (1.1) may have lines and fields that this version does not know; they are kept
when a timeline is saved again. A newer major version is rejected.
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
