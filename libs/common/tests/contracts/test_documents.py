"""What partners are told is what is published: `make docs` writes the documents, these tests hold them to it."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from asyncapi_document import Document
from jsonschema import Draft202012Validator

from common.contracts.attributes import ATTRIBUTES
from common.contracts.documents import contracts
from common.contracts.documents.__main__ import documents
from common.contracts.registry import CONTRACTS, READERS

ROOT = Path(__file__).parents[4]
DECLARATION = ROOT / "deploy" / "kafka" / "topics.yaml"


@pytest.mark.parametrize("name", ["asyncapi.yaml", "events.md"])
def test_a_document_is_what_the_contracts_make_of_it(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == documents(DECLARATION)[name], "run `make docs`"


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_example_keeps_its_contract(name: str) -> None:
    example = contracts.example(name)
    snapshot = files("common.contracts") / "schemas" / f"{name}.json"
    Draft202012Validator(json.loads(snapshot.read_text(encoding="utf-8"))).validate(example)
    assert json.loads(CONTRACTS[name].parse(json.dumps(example).encode()).json()) == example


@pytest.mark.parametrize("publisher", READERS)
def test_every_contract_and_every_field_says_what_it_means(publisher: str) -> None:
    schemas = contracts.schemas(publisher)
    silent = [name for name, schema in schemas.items() if not schema.get("description")]
    silent += [
        f"{n}.{f}" for n, s in schemas.items() for f, field in s["properties"].items() if "description" not in field
    ]
    assert silent == []


def test_the_examples_of_asyncapi_keep_its_schemas() -> None:
    document = Document()
    for name, message in document.messages.items():
        for part, example in message["examples"][0].items():
            assert document.objections(message[part], example) == [], f"{name} {part}"


def test_the_services_that_read_are_those_that_may_import() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    allowed = {
        rule["protected_modules"][0].rpartition(".")[2]: {
            module.partition(".")[0] for module in rule["allowed_importers"]
        }
        for rule in rules
        if rule["type"] == "protected"
    }
    assert {name: {*readers, name, "common"} for name, readers in READERS.items()} == allowed


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda attribute: attribute.name)
def test_an_attribute_is_named_as_cloudevents_demands_and_shown_as_it_is(attribute: Any) -> None:
    assert re.fullmatch("[a-z0-9]{1,20}", attribute.name)
    assert attribute.pattern is None or re.search(attribute.pattern, attribute.example)


def test_links_within_the_page_lead_somewhere() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_-]", "", heading.lower().replace(" ", "-")) for heading in headings}
    assert set(re.findall(r"\(#(.+?)\)", page)) <= anchors
