"""Write a timeline for other programs: pandas, Perfetto, OpenTelemetry, a picture, a text."""

from layertrace.render.exports.formats import FORMATS, Format, export
from layertrace.render.exports.records import records
from layertrace.render.exports.spans import spans

__all__ = ["FORMATS", "Format", "export", "records", "spans"]
