"""Applies `topics.yaml` (or the file SALWATCH_TOPICS) to the cluster SALWATCH_KAFKA: creates what is missing, sets what
differs.

It may be run again at any time. The services' own installation is all it needs; nothing here is imported by them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from common.messaging.kafka.administration import apply
from common.messaging.topics import TopicsRefused, declaration
from common.runtime.settings import KafkaSettings, complaint


def main() -> int:
    file = Path(os.environ.get("SALWATCH_TOPICS") or Path(__file__).with_name("topics.yaml"))
    if not os.environ.get("SALWATCH_KAFKA"):
        print("topics: SALWATCH_KAFKA is missing: the bootstrap servers, by commas.", file=sys.stderr)
        return 2
    try:
        changes = asyncio.run(apply(KafkaSettings().kafka, declaration(file)))
    except ValidationError as error:
        print(f"topics: {complaint(error)}", file=sys.stderr)
        return 2
    except (TopicsRefused, KafkaError, TimeoutError) as error:
        print(f"topics: {str(error) or 'Kafka does not answer in time.'}", file=sys.stderr)
        return 1
    print("\n".join(changes) or "The topics are as declared.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
