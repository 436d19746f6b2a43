"""Compare two timelines, whatever their layers were numbered."""
