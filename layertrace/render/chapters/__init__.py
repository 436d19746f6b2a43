"""Show a recording on one screen: the statements of the program, and what each of them caused."""
