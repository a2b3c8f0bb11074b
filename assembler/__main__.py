"""`python -m assembler` is the `assembler` command."""

from assembler.cli import main

if __name__ == "__main__":
    main()
