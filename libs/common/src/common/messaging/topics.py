"""The topics that events are published to, as one file declares them (`deploy/kafka/topics.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MIN_IN_SYNC = "min.insync.replicas"


class TopicsRefused(Exception):
    """The declaration cannot be read or not be applied; the message is one line for the operator."""


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceTopic(_Declared):
    """The topic that a service publishes to now."""

    generation: int = Field(1, ge=1)
    partitions: int = Field(ge=1)


class Declaration(_Declared):
    """What `topics.yaml` says. A cluster of fewer nodes than `replicas` gets as many as it has."""

    services: Mapping[str, ServiceTopic]
    replicas: int = Field(ge=1)
    config: Mapping[str, str]

    def settings(self, replicas: int) -> dict[str, str]:
        """The whole of a topic's settings; with that many replicas, one may be away where two are left."""
        in_sync = min(int(self.config.get(MIN_IN_SYNC, "1")), max(1, replicas - 1))
        return {**self.config, MIN_IN_SYNC: str(in_sync)}


def generation_of(service: str, name: str) -> int | None:
    """The reverse of `topic_name`: the generation of a topic of that name; None: it is not of this service."""
    match = re.fullmatch(rf"{re.escape(service)}\.events(?:\.g([1-9]\d*))?", name)
    return int(match[1] or 1) if match else None


def declaration(path: Path) -> Declaration:
    """Raises `TopicsRefused`."""
    try:
        return Declaration.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise TopicsRefused(f"The topics' declaration {path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise TopicsRefused(f"The topics' declaration {path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise TopicsRefused(f"The topics' declaration {path} is wrong at {where}: {first['msg']}.") from error
