# SPDX-License-Identifier: Apache-2.0
"""In the drawing of a life cycle no words lie upon others, upon a line or upon a box."""

import re
from itertools import combinations, pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.tests.builders import KIND
from shangheng.site import lifecycle
from shangheng.site.registry import REGISTRY

SVG = "{http://www.w3.org/2000/svg}"
KINDS = (*REGISTRY.cases.values(), KIND)


class Box(NamedTuple):
    """A rectangle: its left, top, right and bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def labels(drawn: ET.Element) -> list[Box]:
    found = []
    for text in drawn.iter(f"{SVG}text"):
        for span in text.iter(f"{SVG}tspan"):
            x, y, wide = (
                float(span.get("x", 0)),
                float(span.get("y", 0)),
                lifecycle.width_of(span.text or ""),
            )
            left = x - wide if text.get("text-anchor") == "end" else x
            found.append(Box(left, y - lifecycle.FONT_PX + 2, left + wide, y + 2))
    return found


def boxes(drawn: ET.Element) -> list[Box]:
    told = [
        [float(each.get(name, 0)) for name in ("x", "y", "width", "height")]
        for each in drawn.iter(f"{SVG}rect")
    ]
    return [Box(x, y, x + width, y + height) for x, y, width, height in told]


def lines(drawn: ET.Element) -> list[Box]:
    """Return every straight piece of every arrow, half a pixel wide."""
    found = []
    for path in drawn.iter(f"{SVG}path"):
        points = [
            tuple(map(float, pair)) for pair in re.findall(r"(-?\d+) (-?\d+)", path.get("d", ""))
        ]
        if path.get("fill") != "none":
            continue
        for one, other in pairwise(points):
            (x1, y1), (x2, y2) = sorted((one, other))
            found.append(Box(x1 - 0.2, min(y1, y2) - 0.2, x2 + 0.2, max(y1, y2) + 0.2))
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
def test_no_words_lie_upon_anything(kind: CaseKind, language: str) -> None:
    with translation.override(language):
        drawn = ET.fromstring(lifecycle.drawing(kind))  # noqa: S314 - our own
    words = labels(drawn)
    assert len(words) >= len(lifecycle.arrows(kind))
    assert not [pair for pair in combinations(words, 2) if pair[0].meets(pair[1])]
    assert not [
        (word, other)
        for word in words
        for other in [*boxes(drawn), *lines(drawn)]
        if word.meets(other)
    ]
    assert not [pair for pair in combinations(boxes(drawn), 2) if pair[0].meets(pair[1])]
    whole = Box(0, 0, float(drawn.get("width", 0)), float(drawn.get("height", 0)))
    assert all(whole.left <= each.left and each.right <= whole.right for each in words)


def test_every_step_is_drawn_from_each_of_its_states() -> None:
    wanted = {(source, step.target) for step in KIND.steps for source in step.sources}
    states = lifecycle.order(KIND)
    drawn = {
        (states[source], states[arrow.target])
        for arrow in lifecycle.arrows(KIND)
        for source in arrow.sources
    }
    assert drawn == wanted
