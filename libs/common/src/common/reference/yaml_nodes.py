"""YAML read with the line of every value, and without the surprises of YAML 1.1.

`NO` is the text "NO" and not false, `19_35` a text and not 1935, `010` a text and not 8: only true, false, null and
plain decimal numbers are more than text. A key that stands twice, an alias and a tag are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml import Event, MappingNode, Node, ScalarNode, SequenceNode

Steps: TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+", re.ASCII)
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Unreadable(Exception):
    """`line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """`lines` maps the way to each value, e.g. ("jurisdictions", 2, "code"), to its line, counted from 1."""

    value: Any
    lines: Mapping[Steps, int]

    def line_of(self, steps: Steps) -> int:
        """The line of the value there, or of the nearest one around it where it is missing."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)


def read(text: str) -> Document:
    """Raises `Unreadable`."""
    try:
        _refuse_tricks(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise Unreadable(mark.line + 1 if mark else 1, reason) from error
    if root is None:
        raise Unreadable(1, "the file is empty")
    lines: dict[Steps, int] = {}
    return Document(_value(root, (), lines), lines)


def _refuse_tricks(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(_line(event), f"write the value of *{event.anchor} out; aliases are not read")
        if (tag := getattr(event, "tag", None)) is not None:
            raise Unreadable(_line(event), f"leave out the tag {tag}")


def _line(of: Node | Event) -> int:
    assert of.start_mark is not None  # the reader of a text marks everything
    return of.start_mark.line + 1


def _value(node: Node, steps: Steps, lines: dict[Steps, int]) -> Any:
    lines[steps] = _line(node)
    if isinstance(node, SequenceNode):
        return [_value(item, (*steps, n), lines) for n, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        return _mapping(node, steps, lines)
    assert isinstance(node, ScalarNode)
    return _scalar(node)


def _mapping(node: MappingNode, steps: Steps, lines: dict[Steps, int]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, ScalarNode):
            raise Unreadable(line, "a key is a plain text")
        if key_node.value in members:
            raise Unreadable(
                line, f"{key_node.value} stands here twice; it stood in line {lines[*steps, key_node.value]}"
            )
        members[key_node.value] = _value(value_node, (*steps, key_node.value), lines)
        lines[*steps, key_node.value] = line  # where the key stands: its value may begin further down
    return members


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style is not None:  # quoted or a block
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
