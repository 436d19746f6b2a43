"""The rules, by themes; the first digit of a code is the theme, which may have several modules."""
