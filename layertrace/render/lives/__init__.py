"""Draw the life chart: layers as rows, chapters of the program and passes as columns."""
