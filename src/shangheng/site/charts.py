# SPDX-License-Identifier: Apache-2.0
"""Charts: from plain points to a drawing, as SVG for pages and PNG for print.

They are drawn on the server with Altair and vl-convert, so that they are there without scripts,
the content policy needs no exception, and screen and print show the same. A small script of our
own makes the marks answer to pointer and keyboard.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import altair as alt
import vl_convert

VEGA_LITE = "6.4"
FONT = (
    "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, "
    "Source Han Sans SC, sans-serif"
)
SERIES_COLOURS = ("#0b5f63", "#d17a00", "#3567a8", "#a8436b", "#5f7f1e", "#7a5ea8", "#8a8f8e")
"""At most seven, told apart by readers with any colour vision; the last is for *other*."""
PNG_SCALE = 2.0
NARROW = 500


@dataclass(frozen=True)
class Point:
    """One value: at which place of the axis, of which series; ``None`` is drawn as missing."""

    at: str
    value: float | None
    series: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart before it is drawn; ``titles`` go into the drawing only where it stands alone."""

    form: Literal["line", "columns", "bars"]
    points: tuple[Point, ...]
    unit: str = ""
    at: str = ""
    english: bool = False
    dark: bool = False
    width: int = 720
    titles: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


def _compact(*, english: bool) -> str:
    """Return the Vega expression that writes the number of a label short, in words of size."""
    value = "datum.value"
    steps = (
        ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
        if english
        else ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
    )
    text = f"format({value}, ',.3~r')"
    for size, word in reversed(steps):
        gap = "" if english else " "
        scaled = f"format({value} / {size:.0f}, ',.3~r') + '{gap}{word}'"
        text = f"abs({value}) >= {size:.0f} ? {scaled} : {text}"
    return text


def _value_axis(picture: Picture, **more: Any) -> alt.Axis:  # noqa: ANN401 - Altair's options
    return alt.Axis(
        title=None,
        labelExpr=_compact(english=picture.english),
        tickCount=5,
        domain=False,
        ticks=False,
        **more,
    )


def _tooltips(picture: Picture) -> str:
    """Return the expression of what a mark says of itself to pointer and screen reader."""
    series = "(datum.series ? datum.series + ': ' : '')"
    value = f"format(datum.value, ',.2~f') + ' {picture.unit}'"
    return f"datum.at + ' ' + {series} + {value}"


def _line(picture: Picture) -> Any:  # noqa: ANN401 - Altair publishes no types for its charts
    many = len({point.series for point in picture.points}) > 1
    layout = "%-d %b" if picture.english else "%-m月%-d日"
    x = alt.X(
        "at:T", title=None, axis=alt.Axis(format=layout, grid=False, tickCount=6, labelFlush=True)
    )
    y = alt.Y("value:Q", axis=_value_axis(picture), scale=alt.Scale(zero=True))
    base = alt.Chart(_data(picture)).transform_calculate(says=_tooltips(picture))
    colour = (
        alt.Color("series:N", sort=list(picture.order), legend=_legend(), scale=_scale(picture))
        if many
        else alt.value(_ink(picture).accent)
    )
    line = base.mark_line(strokeWidth=2, aria=False).encode(x=x, y=y, color=colour)
    dots = base.mark_point(size=60, filled=True, opacity=0).encode(
        x=x, y=y, color=colour, description="says:N"
    )
    return line + dots


def _legend() -> alt.Legend:
    return alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3, columns=4
    )


def _columns(picture: Picture) -> Any:  # noqa: ANN401
    chart = alt.Chart(_data(picture)).transform_calculate(says=_tooltips(picture))
    many = len({point.series for point in picture.points}) > 1
    colour = (
        alt.Color("series:N", sort=list(picture.order), legend=_legend(), scale=_scale(picture))
        if many
        else alt.value(_ink(picture).accent)
    )
    return chart.mark_bar().encode(
        x=alt.X("at:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False)),
        y=alt.Y("value:Q", axis=_value_axis(picture)),
        color=colour,
        description="says:N",
        **({"xOffset": alt.XOffset("series:N", sort=list(picture.order))} if many else {}),
    )


def _bars(picture: Picture) -> Any:  # noqa: ANN401 - Altair publishes no types for its charts
    """Draw horizontal bars, longest first, with the value beside each."""
    base = alt.Chart(_data(picture)).transform_calculate(
        says=_tooltips(picture),
        text=_compact(english=picture.english),
    )
    y = alt.Y(
        "at:N",
        sort=list(picture.order),
        title=None,
        axis=alt.Axis(
            labelLimit=110 if picture.width < NARROW else 160,
            domain=False,
            ticks=False,
            labelPadding=8,
        ),
    )
    x = alt.X("value:Q", axis=None, scale=alt.Scale(zero=True, padding=64, nice=False))
    bars = base.mark_bar(height={"band": 0.66}).encode(
        x=x, y=y, description="says:N", color=alt.value(_ink(picture).accent)
    )
    labels = base.mark_text(align="left", dx=6, fontSize=13, aria=False).encode(
        x=x, y=y, text="text:N", color=alt.value(_ink(picture).text)
    )
    return bars + labels


@dataclass(frozen=True)
class _Ink:
    text: str
    soft: str
    line: str
    accent: str
    paper: str


def _ink(picture: Picture) -> _Ink:
    if picture.dark:
        return _Ink("#eef5f3", "#a9bbb8", "#2b3d3b", "#58c7c0", "transparent")
    return _Ink("#17211f", "#55625f", "#e1e8e6", "#0b5f63", "transparent")


def _scale(picture: Picture) -> alt.Scale:
    first = _ink(picture).accent
    return alt.Scale(range=[first, *SERIES_COLOURS[1:]])


def _data(picture: Picture) -> Any:  # noqa: ANN401
    return alt.Data(  # type: ignore[no-untyped-call]
        values=[{"at": p.at, "value": p.value, "series": p.series} for p in picture.points]
    )


def _config(picture: Picture) -> dict[str, Any]:
    ink = _ink(picture)
    words = {"labelColor": ink.soft, "titleColor": ink.soft, "labelFontSize": 13}
    return {
        "font": FONT,
        "background": "#ffffff" if picture.titles else ink.paper,
        "view": {"stroke": None},
        "axis": {**words, "gridColor": ink.line, "domainColor": ink.soft, "tickColor": ink.soft},
        "legend": {"labelColor": ink.text, "labelFontSize": 13, "labelLimit": 180},
        "title": {
            "anchor": "start", "fontSize": 18, "color": ink.text, "subtitleColor": ink.soft,
            "subtitleFontSize": 13, "offset": 14, "subtitlePadding": 6,
        },
    }  # fmt: skip


def specification(picture: Picture) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart."""
    draw = {"line": _line, "columns": _columns, "bars": _bars}[picture.form]
    height = 26 * len(picture.points) if picture.form == "bars" else round(picture.width * 0.4)
    chart = draw(picture).properties(width=picture.width, height=max(height, 60))
    if picture.titles:
        title, *rest = picture.titles
        chart = chart.properties(title=alt.TitleParams(text=title, subtitle=rest))
    plain: dict[str, Any] = chart.to_dict()
    plain["config"] = _config(picture)
    plain["autosize"] = {
        "type": "fit-x" if picture.form != "bars" else "pad",
        "contains": "padding",
    }
    if picture.form == "bars":
        plain["width"] = picture.width - (130 if picture.width < NARROW else 240)
    return plain


@lru_cache(maxsize=512)
def _svg(text: str) -> str:
    drawn: str = vl_convert.vegalite_to_svg(json.loads(text), vl_version=VEGA_LITE)
    return drawn


def svg(picture: Picture) -> str:
    """Return the drawing; the same picture is drawn once."""
    return _svg(_text(picture))


def png(picture: Picture) -> bytes:
    """Return the drawing as dots, at twice the size.

    Chinese needs a Chinese font on the machine that draws (``fonts-noto-cjk`` on Debian); the SVG
    does not, the reader's own fonts are used there.
    """
    drawn: bytes = vl_convert.vegalite_to_png(
        json.loads(_text(picture)), vl_version=VEGA_LITE, scale=PNG_SCALE
    )
    return drawn


def _text(picture: Picture) -> str:
    return json.dumps(specification(picture), ensure_ascii=False, sort_keys=True)


@cache
def warm_up() -> None:
    """Start the renderer once, at start-up instead of at the first reader's request."""
    svg(Picture(form="columns", points=(Point("2026", 1.0),)))


def sparkline(values: Sequence[float | None], *, width: int = 120, height: int = 28) -> str:
    """Return the points of a small line without axes, for an SVG polyline."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    low, high = min(0.0, *known), max(known)
    span = (high - low) or 1.0
    step = width / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{height - 2 - (value - low) / span * (height - 4):.1f}"
        for index, value in enumerate(values)
        if value is not None
    )
