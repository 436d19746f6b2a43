"""Define the rules, one package per theme; the first digit of a code is the theme."""
