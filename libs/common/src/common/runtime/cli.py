"""The command line of a service: `python -m incidents COMMAND …`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from pydantic import ValidationError

from common.runtime.settings import complaint


class Complaint(Exception):
    """Ends a command with one clear line and exit status 1."""


@dataclass(frozen=True, slots=True)
class Command:
    """`run` gets the parsed arguments; what it returns, or its coroutine does, is the exit status (None: 0)."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], Coroutine[Any, Any, int | None] | int | None]
    arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None


def main(program: str, commands: Sequence[Command], argv: Sequence[str] | None = None) -> int:
    """Runs the command that `argv` (or the process's arguments) names. What a person can mend is one line on stderr."""
    arguments = _parser(program, commands).parse_args(argv)
    try:
        result = arguments.command.run(arguments)
        return (_run(result) if asyncio.iscoroutine(result) else result) or 0
    except ValidationError as error:
        return _complain(program, complaint(error))
    except (Complaint, OSError) as error:
        return _complain(program, str(error))
    except (asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        return _complain(program, f"the database refuses: {error}")


def _parser(program: str, commands: Sequence[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    names = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        own = names.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(own)
        own.set_defaults(command=command)
    return parser


def _run(work: Coroutine[Any, Any, int | None]) -> int | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _complain(program: str, text: str) -> int:
    print(f"{program}: {text}", file=sys.stderr)  # noqa: T201 - a command line speaks
    return 1
