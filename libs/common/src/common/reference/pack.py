"""A reference pack: a folder of YAML files that makes the services speak of one region. Loaded once, at start.

`pack.yaml` names the pack, its programmes and publishers; `jurisdictions.yaml` and `code_lists.yaml` hold the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from common.reference.code_lists import CodeLists
from common.reference.jurisdictions import CodeText, Jurisdiction, Part, Text
from common.reference.loading import BrokenPack, Loaded, load, raise_for

__all__ = ["BrokenPack", "Pack", "Programme", "Publisher", "load_pack", "shipped_packs"]

PACKS = Path(__file__).parent / "packs"


class Programme(Part):
    code: CodeText
    title: Text


class Publisher(Part):
    code: CodeText
    title: Text


class _Head(Part):
    """`pack.yaml`; the first programme is the scope of whoever asks for none."""

    format: Literal[1]
    name: Text
    title: Text
    version: Text
    programmes: Annotated[tuple[Programme, ...], Field(min_length=1)]
    publishers: tuple[Publisher, ...] = ()


class _Table(Part):
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Pack:
    """`jurisdictions` by code, in the order of the file; `folder` also holds the map."""

    folder: Path
    name: str
    title: str
    version: str
    programmes: tuple[Programme, ...]
    publishers: tuple[Publisher, ...]
    jurisdictions: Mapping[str, Jurisdiction]
    code_lists: CodeLists

    def members(self, programme: str, on: date) -> tuple[str, ...]:
        """Codes of the jurisdictions that belonged to the programme that day, in the order of the file."""
        return self.members_between(programme, on, on)

    def members_between(self, programme: str, start: date, end: date) -> tuple[str, ...]:
        """Codes of those that belonged to it on any day of the span."""
        return tuple(code for code, j in self.jurisdictions.items() if j.belongs_to(programme, start, end))


def load_pack(name_or_folder: str) -> Pack:
    """A pack that is shipped, by name, or one of your own, by its folder. Raises `BrokenPack`."""
    folder = PACKS / name_or_folder if name_or_folder in shipped_packs() else Path(name_or_folder)
    if not folder.is_dir():
        raise BrokenPack(
            f"{name_or_folder}: neither a folder nor one of the shipped packs: {', '.join(shipped_packs())}"
        )
    head = load(folder / "pack.yaml", _Head)
    table = load(folder / "jurisdictions.yaml", _Table)
    lists = load(folder / "code_lists.yaml", CodeLists)
    raise_for([*_head_faults(head), *_table_faults(table, head.model), *_list_faults(lists)])
    return Pack(
        folder=folder,
        name=head.model.name,
        title=head.model.title,
        version=head.model.version,
        programmes=head.model.programmes,
        publishers=head.model.publishers,
        jurisdictions=MappingProxyType({j.code: j for j in table.model.jurisdictions}),
        code_lists=lists.model,
    )


def shipped_packs() -> tuple[str, ...]:
    return tuple(sorted(entry.name for entry in PACKS.iterdir() if (entry / "pack.yaml").is_file()))


def _head_faults(head: Loaded[_Head]) -> Iterator[str]:
    yield from head.repeated(("programmes",), [programme.code for programme in head.model.programmes])
    yield from head.repeated(("publishers",), [publisher.code for publisher in head.model.publishers])


def _table_faults(table: Loaded[_Table], head: _Head) -> Iterator[str]:
    programmes = {programme.code for programme in head.programmes}
    publishers = {publisher.code for publisher in head.publishers}
    yield from table.repeated(("jurisdictions",), [j.code for j in table.model.jurisdictions])
    for n, jurisdiction in enumerate(table.model.jurisdictions):
        for m, membership in enumerate(jurisdiction.memberships):
            if membership.programme not in programmes:
                reason = f"{membership.programme} is not a programme of pack.yaml"
                yield table.fault(("jurisdictions", n, "memberships", m, "programme"), reason)
        for publisher in jurisdiction.footnotes.keys() - publishers:
            reason = f"{publisher} is not a publisher of pack.yaml"
            yield table.fault(("jurisdictions", n, "footnotes", publisher), reason)


def _list_faults(lists: Loaded[CodeLists]) -> Iterator[str]:
    for name in CodeLists.model_fields:
        yield from lists.repeated((name,), [entry.code for entry in getattr(lists.model, name)])
