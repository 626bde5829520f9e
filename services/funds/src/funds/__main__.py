"""The command line: `python -m funds COMMAND`."""

from __future__ import annotations

import sys

from common.runtime.cli import main
from common.runtime.consumer_commands import consumer_commands
from common.runtime.write_service import commands
from funds.bootstrap import consumers, service
from funds.settings import Settings

COMMANDS = (*commands(service()), *consumer_commands("funds", Settings, consumers))

if __name__ == "__main__":
    sys.exit(main("funds", COMMANDS))
