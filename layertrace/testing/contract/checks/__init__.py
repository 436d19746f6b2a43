"""The checks: a folder for each group, a file for each check, named as the check."""
