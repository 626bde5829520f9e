"""The command line: `python -m kpi COMMAND`."""

from __future__ import annotations

import sys

from common.runtime.cli import main
from common.runtime.consumer_commands import consumer_commands
from common.runtime.write_service import commands
from kpi.bootstrap import consumers, service
from kpi.settings import Settings

COMMANDS = (*commands(service()), *consumer_commands("kpi", Settings, consumers))

if __name__ == "__main__":
    sys.exit(main("kpi", COMMANDS))
