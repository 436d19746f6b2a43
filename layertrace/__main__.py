"""Run the command line as `python -m layertrace`."""

from layertrace.cli import main

if __name__ == "__main__":
    main()
