"""`python -m finewright`, for where the command is not on the path."""

from finewright.cli.main import main

main()
