"""A map with jurisdictions shaded by rate and marked with their capital and figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from reporting.dashboard.charts.geometry import Map, Shape
from reporting.dashboard.charts.theme import HALO, INK, LAND, NO_FIGURE, RAMP, SHORE, Spec, picture

OUTLINE = {"type": "geoshape", "stroke": INK, "strokeWidth": 0.75}
LINE_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class Area:
    """`rate` is None where nothing is known or asked; `lines` are printed on the area."""

    rate: float | None
    lines: Sequence[str]


def choropleth(ground: Map, areas: Mapping[str, Area], title: str) -> Spec:
    """Areas by feature; whatever else the map has is drawn as context."""
    shaped = [(shape, areas[shape.feature]) for shape in ground.shapes if shape.feature and shape.feature in areas]
    context = [_feature(shape) for shape in ground.shapes if shape.feature not in areas]
    silent = [_feature(shape) for shape, area in shaped if area.rate is None]
    shaded = [{**_feature(shape), "rate": area.rate} for shape, area in shaped if area.rate is not None]
    labels = [label for shape, area in shaped for label in _labels(shape, area)]
    breaks = class_breaks([area.rate for _, area in shaped if area.rate is not None])
    clip = [[0, 0], [ground.width, ground.height]]
    shapes = {"projection": {"type": "identity", "clipExtent": clip, "scale": 1, "translate": [0, 0]}}
    lettering = {"data": {"values": labels}, "encoding": _lettering(ground)}
    return picture(
        {
            "width": ground.width,
            "height": ground.height,
            "layer": [
                {**shapes, "data": {"values": context}, "mark": {**OUTLINE, "fill": LAND, "stroke": SHORE}},
                {**shapes, "data": {"values": silent}, "mark": {**OUTLINE, "fill": NO_FIGURE, "strokeDash": [4, 3]}},
                {**shapes, "data": {"values": shaded}, "mark": OUTLINE, "encoding": {"fill": _shading(breaks, title)}},
                {**lettering, "mark": {"type": "text", "stroke": HALO, "strokeWidth": 3, "strokeOpacity": 0.65}},
                {**lettering, "mark": {"type": "text", "color": INK}},
            ],
        },
        fitted=False,
    )


def _feature(shape: Shape) -> Spec:
    return {"type": "Feature", "geometry": shape.geometry}


def _labels(shape: Shape, area: Area) -> Iterator[Spec]:
    """Line by line around the centre."""
    x, y = shape.centre
    for n, text in enumerate(area.lines):
        yield {"x": x, "y": y + LINE_HEIGHT * (n - 0.5), "text": text, "weight": "bold" if n else "normal"}


def _lettering(ground: Map) -> Spec:
    return {
        "x": {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, ground.width]}},
        "y": {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [ground.height, 0]}},
        "text": {"field": "text"},
        "fontWeight": {"field": "weight", "type": "nominal", "scale": None},
    }


def _shading(breaks: Sequence[float], title: str) -> Spec:
    return {
        "field": "rate",
        "type": "quantitative",
        "scale": {"type": "threshold", "domain": breaks, "range": RAMP[: len(breaks) + 1]},
        "legend": {"title": title, "orient": "top", "direction": "horizontal"},
    }


def class_breaks(rates: Sequence[float]) -> list[float]:
    """At most four round numbers that cut the range from zero to the highest into equal classes."""
    highest = max(rates, default=0)
    if highest <= 0:
        return [1]
    power = 10 ** floor(log10(highest / len(RAMP)))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power * len(RAMP) >= highest)
    count = min(len(RAMP) - 1, max(1, int(highest / step)))
    return [round(step * n, 6) for n in range(1, count + 1)]
