"""The AsyncAPI 3 document: topics, messages with their headers and data, who sends and who receives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import yaml

from common.contracts.attributes import ATTRIBUTES, CONTENT_TYPE, Kind
from common.contracts.documents import contracts
from common.contracts.documents.contracts import Topic
from common.contracts.registry import CONTRACTS, READERS

_BINDING = "0.5.0"
_SCHEMAS = "#/components/schemas/"

_ABOUT = (
    "The facts that SALWatch publishes: CloudEvents 1.0 in binary mode, attributes as headers, data as the value. "
    "Every publisher serves the same events over HTTP, `GET /v1/events`. What a reader must do is told in events.md."
)


class _Dumper(yaml.SafeDumper):
    """Writes equal parts out instead of pointing from one to the other."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text(topics: Sequence[Topic]) -> str:
    return "# Written by `make docs`.\n" + yaml.dump(
        document(topics), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def document(topics: Sequence[Topic]) -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "SALWatch events", "version": version("salwatch-common"), "description": _ABOUT},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {name: each for topic in topics for name, each in _operations(topic).items()},
        "components": {
            "messages": {name: each for topic in topics for name, each in _messages(topic).items()},
            "schemas": _headers()
            | {name: each for topic in topics for name, each in _schemas(topic.publisher).items()},
        },
    }


def _server() -> dict[str, Any]:
    bootstrap = {"default": "127.0.0.1:9092", "description": "Bootstrap servers; ask the operator."}
    return {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": bootstrap}}


def _channel(topic: Topic) -> dict[str, Any]:
    ids = _message_ids(topic.publisher)
    config = topic.config
    return {
        "address": topic.name,
        "title": f"What {topic.publisher} publishes",
        "description": f"The next generation of the topic will be {topic.next_name}.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {name: {"$ref": f"#/components/messages/{ids[name]}"} for name in ids},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": config["cleanup.policy"].split(","),
                    "retention.ms": int(config["retention.ms"]),
                    "max.message.bytes": int(config["max.message.bytes"]),
                },
                "bindingVersion": _BINDING,
            }
        },
    }


def _operations(topic: Topic) -> dict[str, Any]:
    """Each of them of every message of the topic, for none is named."""
    channel = {"$ref": f"#/channels/{topic.name}"}
    publisher = topic.publisher
    send = {"action": "send", "summary": f"{publisher} publishes what has happened.", "channel": channel}
    return {f"{publisher}.send": send} | {
        f"{reader}.receive.{publisher}": {
            "action": "receive",
            "summary": f"{reader} reads what {publisher} publishes.",
            "channel": channel,
            "bindings": {
                "kafka": {
                    "groupId": {"type": "string", "const": f"{reader}.{topic.name}"},
                    "bindingVersion": _BINDING,
                }
            },
        }
        for reader in READERS[publisher]
    }


def _message_ids(publisher: str) -> dict[str, str]:
    """The component of every message of a topic, by its wire name; marks have one for each publisher."""
    events = {name: name for name in contracts.wire_names(publisher)}
    return events | {name: f"{publisher}.{kind}" for kind, name in contracts.MARKS.items()}


def _messages(topic: Topic) -> dict[str, Any]:
    return {name: _event(topic, name) for name in contracts.wire_names(topic.publisher)} | {
        f"{topic.publisher}.{kind}": _mark(topic, kind) for kind in contracts.MARKS
    }


def _event(topic: Topic, name: str) -> dict[str, Any]:
    model = CONTRACTS[name]
    return {
        "name": name,
        "title": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).capitalize(),
        "summary": " ".join((model.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "headers": _headers_of("event", name),
        "payload": {"$ref": f"{_SCHEMAS}{topic.publisher}.{model.__name__}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": "The stream: ce_subject."},
                "bindingVersion": _BINDING,
            }
        },
        "examples": [{"headers": contracts.headers(topic, "event", name), "payload": contracts.example(name)}],
    }


def _mark(topic: Topic, kind: Kind) -> dict[str, Any]:
    name = contracts.MARKS[kind]
    return {
        "name": name,
        "title": kind.replace("-", " ").capitalize(),
        "summary": contracts.MEANING_OF_MARKS[kind],
        "headers": _headers_of(kind, name),
        "examples": [{"headers": contracts.headers(topic, kind, name)}],
    }


def _headers_of(kind: Kind, name: str) -> dict[str, Any]:
    own = {"type": "object", "properties": {"ce_type": {"const": name}}}
    return {"type": "object", "allOf": [{"$ref": f"{_SCHEMAS}headers.{kind}"}, own]}


def _headers() -> dict[str, Any]:
    """The schema of the headers of each kind of record."""
    kinds: tuple[Kind, ...] = ("event", *contracts.MARKS)
    return {f"headers.{kind}": _header_schema(kind) for kind in kinds}


def _header_schema(kind: Kind) -> dict[str, Any]:
    carried = [attribute for attribute in ATTRIBUTES if kind in attribute.kinds]
    return {
        "type": "object",
        "required": [attribute.header for attribute in carried if kind not in attribute.optional],
        "properties": {
            attribute.header: {
                "type": "string",
                "description": attribute.meaning,
                **({"pattern": attribute.pattern} if attribute.pattern else {}),
            }
            for attribute in carried
        },
    }


def _schemas(publisher: str) -> dict[str, Any]:
    found = contracts.schemas(publisher, f"{_SCHEMAS}{publisher}.{{model}}")
    return {f"{publisher}.{name}": _for_asyncapi(schema) for name, schema in found.items()}


def _for_asyncapi(schema: Any) -> Any:
    """As JSON schema draft 7 has it, where nothing may stand beside `$ref`; without Pydantic's titles."""
    if isinstance(schema, list):
        return [_for_asyncapi(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {k: _for_asyncapi(part) for k, part in schema.items() if not (k == "title" and isinstance(part, str))}
    if "$ref" in parts and len(parts) > 1:
        return {"allOf": [{"$ref": parts.pop("$ref")}], **parts}
    return parts
