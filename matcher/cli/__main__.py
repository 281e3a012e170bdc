"""`python -m matcher.cli` is the command `matcher`."""

from matcher.cli.app import main

main()
