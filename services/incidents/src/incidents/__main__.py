"""The command line: `python -m incidents COMMAND`."""

from __future__ import annotations

import sys

from common.runtime.cli import main
from common.runtime.write_service import commands
from incidents.bootstrap import service

COMMANDS = commands(service())

if __name__ == "__main__":
    sys.exit(main("incidents", COMMANDS))
