"""The roadmaps of a pack: `roadmaps/*.yaml` beside its other files. A pack may have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from common.reference.loading import BrokenPack, Loaded, load, raise_for
from common.reference.pack import Pack
from common.reference.roadmap_faults import faults
from common.reference.roadmap_model import Roadmap

__all__ = ["Roadmap", "load_roadmaps"]


def load_roadmaps(pack: Pack) -> tuple[Roadmap, ...]:
    """In the order of their files' names. Raises `BrokenPack` with the faults of all of them."""
    loaded: list[Loaded[Roadmap]] = []
    broken: list[str] = []
    for file in sorted((pack.folder / "roadmaps").glob("*.yaml")):
        try:
            loaded.append(load(file, Roadmap))
        except BrokenPack as error:
            broken.append(str(error))
    raise_for([*broken, *(fault for one in loaded for fault in faults(one, pack)), *_repeated(loaded)])
    return tuple(one.model for one in loaded)


def _repeated(loaded: Sequence[Loaded[Roadmap]]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for one in loaded:
        key = one.model.code, one.model.version
        if key in seen:
            yield one.fault(("version",), f"{one.model.code} {one.model.version} stands in {seen[key]} as well")
        seen.setdefault(key, one.file.name)
