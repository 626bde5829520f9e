"""python -m embedded demo [--once] | reset | token ROLE | cli SERVICE COMMAND … | kafka | kafka-stop"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import httpx

from common.messaging.topics import TopicsRefused
from common.testing.kafka_jars import KafkaUnusable
from common.testing.postgres import PostgresUnusable
from embedded import demo, kafka, services
from embedded.access import ROLES, Access
from embedded.errors import CannotRun
from embedded.home import Home, home
from embedded.single import sole_run

INTERRUPTED = 130


def main() -> int:
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way of ending runs what has to be tidied up
    try:
        place = home()
        match arguments.what:
            case "demo":
                return demo.run(place, once=arguments.once)
            case "reset":
                return _reset(place)
            case "token":
                print(Access(place).token(arguments.role))
                return 0
            case "kafka":
                return _start_kafka(place)
            case "kafka-stop":
                return _stop_kafka(place)
            case _:
                return _command(place, arguments.service, arguments.arguments)
    except (CannotRun, KafkaUnusable, PostgresUnusable, TopicsRefused) as error:
        print(error, file=sys.stderr)
        return 1
    except httpx.HTTPError as error:
        print(f"A service did not answer as it should: {error!r}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="embedded", description="SALWatch on one machine.")
    commands = parser.add_subparsers(dest="what", required=True)
    run = commands.add_parser("demo", help="run everything, with sample data")
    run.add_argument("--once", action="store_true", help="load, check and stop")
    commands.add_parser("reset", help="delete what the demo keeps")
    commands.add_parser("token", help="print a token").add_argument("role", choices=ROLES)
    commands.add_parser("kafka", help="run Apache Kafka in the background")
    commands.add_parser("kafka-stop", help="end it")
    cli = commands.add_parser("cli", help="run a service's command against the demo")
    cli.add_argument("service", choices=sorted(services.SERVICES))
    cli.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _reset(place: Home) -> int:
    with sole_run(place):
        services.postgres(place).stop("immediate")
        kafka.broker(place).stop(at_once=True)
        place.empty()
    print(f"The demo's data in {place.folder} is deleted.")
    return 0


def _start_kafka(place: Home) -> int:
    print(f"Kafka runs at {kafka.start(place)}, with its data in {place.kafka}; make kafka-stop ends it.")
    return 0


def _stop_kafka(place: Home) -> int:
    print("Kafka is stopped." if kafka.broker(place).stop() else f"No Kafka runs with its data in {place.kafka}.")
    return 0


def _command(place: Home, service: str, arguments: Sequence[str]) -> int:
    """The services it may need to ask are those of the demo that runs. Raises `CannotRun` where none does."""
    command = [sys.executable, "-m", service, *arguments]
    settings = services.running(place).environment(service)
    return subprocess.run(command, env={**os.environ, **settings}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
