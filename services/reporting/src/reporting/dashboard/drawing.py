"""Draws definitions as SVG, each once: equal ones are kept, the least recently wanted are dropped."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import OrderedDict

import vl_convert
from markupsafe import Markup

from reporting.dashboard.charts.theme import Spec
from reporting.dashboard.tables import Picture, Sketch

MOST_KEPT = 400
_ROLES = re.compile(r' (?:role|aria-roledescription)="[^"]*"')


class Drawing:
    """One per process. The converter runs one at a time in a thread, for it blocks; its first picture takes longest."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def svg(self, spec: Spec, description: str) -> Markup:
        """As an element for the page, which a reader that cannot see it meets as one image with that description."""
        opening = Markup('<svg role="img" aria-label="{}" ').format(description)
        return opening + Markup((await self._drawn(spec)).removeprefix("<svg "))  # noqa: S704  Vega escapes its texts

    async def picture(self, sketch: Sketch | Picture) -> Picture:
        """For wide and for narrow screens; one that is drawn already stays as it is."""
        if isinstance(sketch, Picture):
            return sketch
        wide = await self.svg(sketch.wide, sketch.description)
        narrow = await self.svg(sketch.narrow, sketch.description)
        return Picture(sketch.caption, sketch.legend, wide, narrow)

    async def warm_up(self) -> None:
        """Loads the converter, so that the first reader need not wait for it."""
        await self._drawn({"data": {"values": []}, "mark": "point"})

    async def _drawn(self, spec: Spec) -> str:
        text = json.dumps(spec, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        async with self._one_at_a_time:
            if digest not in self._kept:
                self._kept[digest] = await asyncio.to_thread(_convert, text)
            self._kept.move_to_end(digest)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
            return self._kept[digest]


def _convert(spec: str) -> str:
    """Without the roles that Vega gives its groups: the whole is one image."""
    return _ROLES.sub("", vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
