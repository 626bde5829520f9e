"""For tests: `docs/asyncapi.yaml` as its reader would use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

FILE = Path(__file__).parents[4] / "docs" / "asyncapi.yaml"


class Document:
    """The committed one."""

    def __init__(self) -> None:
        text = json.dumps(yaml.safe_load(FILE.read_text(encoding="utf-8")))
        self.root: dict[str, Any] = json.loads(text.replace('"#/', '"urn:asyncapi#/'))
        self._registry = Registry[Any]().with_resource("urn:asyncapi", DRAFT7.create_resource(self.root))

    @property
    def messages(self) -> dict[str, Any]:
        messages: dict[str, Any] = self.root["components"]["messages"]
        return messages

    def message(self, topic: str, name: str) -> dict[str, Any]:
        """What the topic's messages of that name are like."""
        reference: str = self.root["channels"][topic]["messages"][name]["$ref"]
        found: dict[str, Any] = self.messages[reference.rpartition("/")[2]]
        return found

    def partitions(self, topic: str) -> int:
        return int(self.root["channels"][topic]["bindings"]["kafka"]["partitions"])

    def objections(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What a validator says against the value, nothing where it keeps the schema."""
        return [error.message for error in Draft7Validator(schema, registry=self._registry).iter_errors(value)]
