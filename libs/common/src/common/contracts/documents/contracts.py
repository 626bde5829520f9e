"""What the documents tell: who publishes what and where, its schema, an example."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pydantic.json_schema import models_json_schema

from common.contracts.attributes import ATTRIBUTES, GENERATION_END, WATERMARK, Kind
from common.contracts.documents.models import model_of
from common.contracts.registry import CONTRACTS, READERS, topic_name

MARKS: dict[Kind, str] = {"watermark": WATERMARK, "generation-end": GENERATION_END}

MEANING_OF_MARKS: dict[Kind, str] = {
    "watermark": "All that belongs into this partition up to `sequence` was sent before it: so a reader knows how far "
    "a partition has come in which nothing happens.",
    "generation-end": "The last record of its partition: the log goes on in the topic that `nexttopic` names.",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """Where `publisher` publishes to now; `config` are the topic's settings on the broker."""

    publisher: str
    generation: int
    partitions: int
    config: Mapping[str, str]

    @property
    def name(self) -> str:
        return topic_name(self.publisher, self.generation)

    @property
    def next_name(self) -> str:
        return topic_name(self.publisher, self.generation + 1)

    @property
    def days(self) -> int:
        """How long a record is kept."""
        return int(self.config["retention.ms"]) // 86_400_000


def topics(declared: Mapping[str, Any]) -> list[Topic]:
    """Every publisher's, out of what `deploy/kafka/topics.yaml` says."""
    assert READERS.keys() == {name.partition(".")[0] for name in CONTRACTS}, "every publisher has its readers"
    services = declared["services"]
    return [Topic(publisher=publisher, config=declared["config"], **services[publisher]) for publisher in READERS]


def wire_names(publisher: str) -> list[str]:
    return [name for name in CONTRACTS if name.startswith(f"{publisher}.")]


def schemas(publisher: str, ref_template: str = "{model}") -> dict[str, Any]:
    """The JSON schema of every contract and of every shape inside one, by the name of its class."""
    models = [model_of(CONTRACTS[name]) for name in wire_names(publisher)]
    _, found = models_json_schema([(model, "serialization") for model in models], ref_template=ref_template)
    definitions: dict[str, Any] = found["$defs"]
    return definitions


def example(name: str) -> Any:
    """The data of an event, as the publisher's own tests hold it to be."""
    return json.loads((files("common.contracts") / "examples" / f"{name}.json").read_text(encoding="utf-8"))


def headers(topic: Topic, kind: Kind, type_: str) -> dict[str, str]:
    """An example of a record's headers on Kafka."""
    told = {attribute.header: attribute.example for attribute in ATTRIBUTES if kind in attribute.kinds}
    source = told["ce_source"].replace("/incidents/", f"/{topic.publisher}/")
    own = {"ce_type": type_, "ce_source": source, "ce_nexttopic": topic.next_name}
    return {header: own.get(header, value) for header, value in told.items()}
