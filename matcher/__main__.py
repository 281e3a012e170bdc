"""`python -m matcher` is the command `matcher`."""

from matcher.cli.app import main

main()
