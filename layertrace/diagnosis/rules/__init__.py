"""The rules, one module for each theme; the first digit of a code is the theme."""
