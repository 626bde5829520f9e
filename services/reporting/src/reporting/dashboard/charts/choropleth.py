"""A map with jurisdictions shaded by rate and marked with their capital and figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from reporting.dashboard.charts.geometry import Map, Shape
from reporting.dashboard.charts.theme import HALO, INK, LAND, NO_FIGURE, RAMP, SHORE, Spec, picture


@dataclass(frozen=True, slots=True)
class Area:
    """`rate` is None where nothing is known or asked; `lines` are printed on the area."""

    rate: float | None
    lines: Sequence[str]


def choropleth(ground: Map, areas: Mapping[str, Area], title: str) -> Spec:
    """Areas by feature; whatever else the map has is drawn as context."""
    breaks = class_breaks([area.rate for area in areas.values() if area.rate is not None])
    context = [_feature(shape) for shape in ground.shapes if shape.feature not in areas]
    shaped = [(shape, areas[shape.feature]) for shape in ground.shapes if shape.feature and shape.feature in areas]
    silent = [_feature(shape) for shape, area in shaped if area.rate is None]
    shaded = [{**_feature(shape), "rate": area.rate} for shape, area in shaped if area.rate is not None]
    labels = [
        {"x": shape.centre[0], "y": shape.centre[1] - 7 + 14 * n, "text": text, "weight": "bold" if n else "normal"}
        for shape, area in shaped
        for n, text in enumerate(area.lines)
    ]
    legend = {"title": title, "orient": "top", "direction": "horizontal", "symbolType": "square", "symbolSize": 180}
    projection = {
        "type": "identity",
        "clipExtent": [[0, 0], [ground.width, ground.height]],
        "scale": 1,
        "translate": [0, 0],
    }
    outline = {"type": "geoshape", "stroke": INK, "strokeWidth": 0.75}
    lettering = {
        "x": {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, ground.width]}},
        "y": {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [ground.height, 0]}},
        "text": {"field": "text"},
        "fontWeight": {"field": "weight", "type": "nominal", "scale": None},
    }
    return picture(
        {
            "width": ground.width,
            "height": ground.height,
            "layer": [
                {
                    "data": {"values": context},
                    "projection": projection,
                    "mark": {"type": "geoshape", "fill": LAND, "stroke": SHORE, "strokeWidth": 0.75},
                },
                {
                    "data": {"values": silent},
                    "projection": projection,
                    "mark": {**outline, "fill": NO_FIGURE, "strokeDash": [4, 3]},
                },
                {
                    "data": {"values": shaded},
                    "projection": projection,
                    "mark": outline,
                    "encoding": {
                        "fill": {
                            "field": "rate",
                            "type": "quantitative",
                            "scale": {"type": "threshold", "domain": breaks, "range": RAMP[: len(breaks) + 1]},
                            "legend": legend,
                        }
                    },
                },
                {
                    "data": {"values": labels},
                    "mark": {"type": "text", "fontSize": 12, "stroke": HALO, "strokeWidth": 3, "strokeOpacity": 0.65},
                    "encoding": lettering,
                },
                {
                    "data": {"values": labels},
                    "mark": {"type": "text", "color": INK, "fontSize": 12},
                    "encoding": lettering,
                },
            ],
        }
    ) | {"autosize": "pad"}


def _feature(shape: Shape) -> Spec:
    return {"type": "Feature", "geometry": shape.geometry}


def class_breaks(rates: Sequence[float]) -> list[float]:
    """At most four round numbers that cut the range from zero to the highest into equal classes."""
    highest = max(rates, default=0)
    if highest <= 0:
        return [1]
    power = 10 ** floor(log10(highest / len(RAMP)))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power * len(RAMP) >= highest)
    count = min(len(RAMP) - 1, max(1, int(highest / step)))
    return [round(step * n, 6) for n in range(1, count + 1)]
