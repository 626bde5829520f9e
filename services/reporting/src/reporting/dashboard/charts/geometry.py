"""The map of a pack, projected onto a picture of a given width."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, pi, radians, tan
from pathlib import Path
from typing import Any, TypeAlias

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = list[Point]
MARGIN = 0.03
"""Of the width, left around the jurisdictions on every side."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`feature` is None for a neighbour. Polygons are lists of rings in pixels, the outer one first."""

    feature: str | None
    polygons: Sequence[Sequence[Ring]]

    @property
    def geometry(self) -> dict[str, Any]:
        return {"type": "MultiPolygon", "coordinates": [[list(ring) for ring in polygon] for polygon in self.polygons]}

    @property
    def centre(self) -> Point:
        """The centre of mass of the largest part."""
        return max((_centre(polygon[0]) for polygon in self.polygons), key=lambda found: abs(found[0]))[1]


@dataclass(frozen=True, slots=True)
class Map:
    width: int
    height: int
    shapes: Sequence[Shape]


@lru_cache(maxsize=8)  # it is read for every page, and a pack does not change while it is loaded
def load_map(folder: Path, features: frozenset[str], width: int) -> Map | None:
    """Mercator, fitted to those of the features that the file has; None where a pack has no map or none of them."""
    path = folder / "map.json"
    if not path.is_file():
        return None
    shapes = [_projected(feature) for feature in json.loads(path.read_text())["features"]]
    points = [point for shape in shapes if shape.feature in features for point in _points(shape)]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = width * (1 - 2 * MARGIN) / (east - west)
    margin = width * MARGIN

    def placed(point: Point) -> Point:
        return round(margin + (point[0] - west) * scale, 1), round(margin + (north - point[1]) * scale, 1)

    height = round((north - south) * scale + 2 * margin)
    fitted = [
        Shape(shape.feature, [[_thinned([placed(p) for p in ring]) for ring in polygon] for polygon in shape.polygons])
        for shape in shapes
    ]
    return Map(width, height, [shape for shape in fitted if _in_view(shape, width, height)])


def _projected(feature: dict[str, Any]) -> Shape:
    geometry = feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = [[[_mercator(*point[:2]) for point in ring] for ring in polygon] for polygon in polygons]
    return Shape(feature["properties"].get("feature"), rings)


def _mercator(longitude: float, latitude: float) -> Point:
    return radians(longitude), log(tan(pi / 4 + radians(latitude) / 2))


def _points(shape: Shape) -> Iterator[Point]:
    for polygon in shape.polygons:
        for ring in polygon:
            yield from ring


def _in_view(shape: Shape, width: int, height: int) -> bool:
    return any(0 <= x <= width and 0 <= y <= height for x, y in _points(shape))


def _thinned(ring: Ring) -> Ring:
    """Without points nearer than a pixel to the one before: neighbours share the same points and lose the same ones
    nearly everywhere, and what remains of a gap lies under the line of the boundary."""
    kept = ring[:1]
    for point in ring[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 1:
            kept.append(point)
    return [*kept, ring[-1]]


def _centre(ring: Ring) -> tuple[float, Point]:
    """Signed area and centre of mass."""
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        cross = x0 * y1 - x1 * y0
        area += cross / 2
        x += (x0 + x1) * cross / 6
        y += (y0 + y1) * cross / 6
    return (area, (x / area, y / area)) if area else (0.0, ring[0])
