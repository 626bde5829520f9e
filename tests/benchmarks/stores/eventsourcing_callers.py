"""The PyPI library `eventsourcing`, called by threads: `eventsourcing_callers.py HOST DATABASE`, see `../stores.py`."""

from __future__ import annotations

import sys

from callers import serve
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

BODY = "x" * 220
POOL = 64


class Thing(Aggregate):
    """Its only event is as long as ours."""

    @event("Seen")
    def __init__(self, what: str) -> None:
        self.what = what


def main() -> None:
    host, database = sys.argv[1:]
    things: Application = Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_HOST": host,
            "POSTGRES_DBNAME": database,
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "any",
            "POSTGRES_POOL_SIZE": str(POOL),
            "POSTGRES_MAX_OVERFLOW": "0",
        }
    )
    serve(lambda size: things.save(*[Thing(BODY) for _ in range(size)]))


if __name__ == "__main__":
    main()
