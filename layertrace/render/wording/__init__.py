"""The words, names and styles that all reports share."""
