"""UmaDB's own client, called by threads: `umadb_callers.py URL`, see `../stores.py`."""

from __future__ import annotations

import json
import sys
import uuid

from callers import serve
from umadb import AppendCondition, Client, Event, Query, QueryItem

DATA = json.dumps({"what": "x" * 220}).encode()


def main() -> None:
    client = Client(sys.argv[1])

    def append(size: int) -> None:
        """As many events on a stream that must be new: a tag stands for the stream."""
        stream = f"thing:{uuid.uuid4()}"
        events = [Event("seen", DATA, [stream], uuid.uuid4()) for _ in range(size)]
        client.append(events, AppendCondition(Query([QueryItem(tags=[stream])])))

    serve(append)


if __name__ == "__main__":
    main()
