"""`python -m common.contracts.documents deploy/kafka/topics.yaml FOLDER` writes the documents there."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from common.contracts.documents import asyncapi, page
from common.contracts.documents.contracts import topics


def documents(declaration: Path) -> dict[str, str]:
    """Their text by file name, with the topics as that file declares them."""
    declared = topics(yaml.safe_load(declaration.read_text(encoding="utf-8")))
    return {"asyncapi.yaml": asyncapi.text(declared), "events.md": page.text(declared)}


if __name__ == "__main__":
    _, declaration, folder = sys.argv
    for name, text in documents(Path(declaration)).items():
        (Path(folder) / name).write_text(text, encoding="utf-8")
