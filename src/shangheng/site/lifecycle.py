# SPDX-License-Identifier: Apache-2.0
"""The life cycle of a kind of case as a drawing: states down the page, steps beside them.

States stand on one axis, in the order in which a case comes to them. Steps between neighbours run
along the axis; every other step runs in a lane of its own beside it, forward ones to the right and
backward ones to the left. A lane is as wide as the words of its step, two steps share one only
where they do not pass each other, and words stand at gaps between the rows, where nothing crosses:
so no words ever lie upon others, nor upon a line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.site import words

BOX_W, BOX_H, GAP_Y, MARGIN = 168, 44, 52, 20
FONT_PX, LANE_PX, PORT_PX, LINE_PX = 12, 26, 9, 16
LABEL_CHARACTERS = 24
INK, SOFT, ACCENT = "#17211f", "#55625f", "#0b5f63"


@dataclass(frozen=True)
class Arrow:
    """A step from some states to another, as rows of the axis, and its words in lines."""

    sources: tuple[int, ...]
    target: int
    text: tuple[str, ...]

    @property
    def span(self) -> tuple[int, int]:
        """Return the rows that it passes, from the upper one to the lower one."""
        return min(*self.sources, self.target), max(*self.sources, self.target)

    @property
    def is_neighbour(self) -> bool:
        """Tell whether it leads to the very next state."""
        return self.sources == (self.target - 1,)

    @property
    def goes_on(self) -> bool:
        """Tell whether it leads down the page."""
        return max(self.sources) < self.target

    @property
    def width(self) -> int:
        """Return how wide its words are."""
        return max(map(width_of, self.text))


@dataclass(frozen=True)
class Lane:
    """A line beside the axis, ``x`` away from it, and the arrow that runs in it."""

    arrow: Arrow
    x: int


def width_of(text: str) -> int:
    """Return how wide a text is drawn, in pixels; other signs are half as wide as Chinese ones."""
    wide = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return (wide * FONT_PX + 1) // 2


def order(kind: CaseKind) -> list[str]:
    """Return the states in the order in which a case comes to them, ends last."""
    distance = {kind.initial: 0}
    todo = [kind.initial]
    while todo:
        state = todo.pop(0)
        for step in kind.steps_from(state):
            if step.target not in distance:
                distance[step.target] = distance[state] + 1
                todo.append(step.target)
    last = max(distance.values()) + 1
    place = {state: last if state in kind.ends else distance[state] for state in kind.states}
    names = list(kind.states)
    return sorted(names, key=lambda state: (place[state], names.index(state)))


def arrows(kind: CaseKind) -> list[Arrow]:
    """Return the steps as arrows; those that go the same way are one, with the words of each."""
    row = {state: place for place, state in enumerate(order(kind))}
    found: dict[tuple[tuple[int, ...], int], list[str]] = {}
    for step in kind.steps:
        target, sources = row[step.target], sorted(row[each] for each in step.sources)
        straight = tuple(each for each in sources if each == target - 1)
        forward = tuple(each for each in sources if each < target - 1)
        back = tuple(each for each in sources if each >= target)
        for ways in (straight, forward, back):
            if ways:
                told = found.setdefault((ways, target), [])
                told.append(words.either(step.zh, step.en))
    return [Arrow(*way, _lines(names)) for way, names in sorted(found.items())]


def _lines(names: list[str]) -> tuple[str, ...]:
    """Return words in lines that are not too long."""
    lines = [names[0]]
    for name in names[1:]:
        joined = f"{lines[-1]} / {name}"
        if width_of(joined) <= LABEL_CHARACTERS * FONT_PX // 2:
            lines[-1] = joined
        else:
            lines.append(name)
    return tuple(lines)


def lanes(found: list[Arrow], first: int) -> list[Lane]:
    """Return a lane for each arrow of one side, the shortest nearest to the axis."""
    columns: list[list[Arrow]] = []
    for arrow in sorted(found, key=lambda each: (each.span[1] - each.span[0], each.span)):
        free = next((column for column in columns if _fits(arrow, column)), None)
        if free is None:
            columns.append([arrow])
        else:
            free.append(arrow)
    placed, x = [], first
    for column in columns:
        placed += [Lane(arrow, x) for arrow in column]
        x += max(each.width for each in column) + PORT_PX + LANE_PX
    return placed


def _fits(arrow: Arrow, column: list[Arrow]) -> bool:
    first, last = arrow.span
    return all(last < each.span[0] or first > each.span[1] for each in column)


def drawing(kind: CaseKind) -> str:
    """Return the life cycle as SVG, described for those who cannot see it."""
    states, found = order(kind), arrows(kind)
    straight = [each for each in found if each.is_neighbour]
    first = BOX_W // 2 + LANE_PX
    beyond = max([first, *(each.width + PORT_PX + LANE_PX for each in straight)])
    right = lanes([each for each in found if each.goes_on and not each.is_neighbour], beyond)
    left = lanes([each for each in found if not each.goes_on], first)
    axis = MARGIN + _reach(left)
    width = axis + max(_reach(right), beyond) + MARGIN
    height = 2 * MARGIN + len(states) * (BOX_H + GAP_Y) - GAP_Y
    ports = _ports([*right, *left])
    parts = [_straight(each, axis) for each in straight]
    parts += [_beside(each, axis, 1, ports) for each in right]
    parts += [_beside(each, axis, -1, ports) for each in left]
    parts += [_box(kind, state, axis, _top(row)) for row, state in enumerate(states)]
    said = "; ".join(
        f"{', '.join(states[row] for row in each.sources)} → {states[each.target]}: "
        f"{' / '.join(each.text)}"
        for each in found
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
        f"<title>{escape(words.label(kind))}</title><desc>{escape(said)}</desc>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="{SOFT}"/></marker></defs>'
        f"{''.join(parts)}</svg>"
    )


def _reach(side: list[Lane]) -> int:
    """Return how far a side reaches from the axis."""
    return max((lane.x + lane.arrow.width + PORT_PX for lane in side), default=BOX_W // 2)


def _top(row: int) -> int:
    return MARGIN + row * (BOX_H + GAP_Y)


def _ports(placed: list[Lane]) -> Mapping[tuple[Arrow, int], int]:
    """Return at which height each arrow touches a box, by row; on no side two at one height."""
    found: dict[tuple[Arrow, int], int] = {}
    for goes_on in (True, False):
        side = [lane for lane in placed if lane.arrow.goes_on == goes_on]
        touching: dict[int, list[Arrow]] = {}
        for lane in sorted(side, key=lambda each: each.x):
            for row in {*lane.arrow.sources, lane.arrow.target}:
                touching.setdefault(row, []).append(lane.arrow)
        for row, touched in touching.items():
            step = BOX_H // (len(touched) + 1)
            for place, arrow in enumerate(touched, 1):
                found[arrow, row] = _top(row) + place * step
    return found


def _gap(arrow: Arrow) -> int:
    """Return the middle of a gap between rows, where nothing but lanes runs."""
    first, last = arrow.span
    row = min((first + last) // 2, max(last - 1, first))
    return _top(row) + BOX_H + (GAP_Y - LINE_PX * (len(arrow.text) - 1)) // 2 + 4


def _straight(arrow: Arrow, axis: int) -> str:
    top, bottom = _top(arrow.target - 1) + BOX_H, _top(arrow.target)
    label = _text(arrow.text, axis + PORT_PX, _gap(arrow), "start")
    return _path([(axis, top), (axis, bottom)]) + label


def _beside(lane: Lane, axis: int, side: int, ports: Mapping[tuple[Arrow, int], int]) -> str:
    arrow, x, edge = lane.arrow, axis + side * lane.x, axis + side * BOX_W // 2
    comes = ports[arrow, arrow.target]
    drawn = ""
    for source in arrow.sources:
        leaves = ports[arrow, source]
        if source == arrow.target:
            leaves, comes = leaves - PORT_PX, comes + PORT_PX
        drawn += _path([(edge, leaves), (x, leaves), (x, comes), (edge, comes)])
    anchor = "start" if side > 0 else "end"
    return drawn + _text(arrow.text, x + side * 5, _gap(arrow), anchor)


def _path(points: list[tuple[int, int]]) -> str:
    path = "M" + " L".join(f"{x} {y}" for x, y in points)
    return (
        f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.3" '
        'stroke-linejoin="round" marker-end="url(#tip)"/>'
    )


def _text(lines: tuple[str, ...], x: int, y: int, anchor: str) -> str:
    spans = "".join(
        f'<tspan x="{x}" y="{y + place * LINE_PX}">{escape(line)}</tspan>'
        for place, line in enumerate(lines)
    )
    return (
        f'<text text-anchor="{anchor}" fill="{SOFT}" font-size="{FONT_PX}" paint-order="stroke" '
        f'stroke="#fff" stroke-width="4">{spans}</text>'
    )


def _box(kind: CaseKind, state: str, axis: int, top: int) -> str:
    fill, line = ("#f3f7f6", SOFT) if state in kind.ends else ("#d7ebea", ACCENT)
    weight = 3 if state == kind.initial else 1.5
    text = escape(words.either(*kind.states[state]))
    return (
        f'<rect x="{axis - BOX_W // 2}" y="{top}" width="{BOX_W}" height="{BOX_H}" rx="6" '
        f'fill="{fill}" stroke="{line}" stroke-width="{weight}"/><text x="{axis}" '
        f'y="{top + BOX_H // 2 + 5}" text-anchor="middle" fill="{INK}">{text}</text>'
    )
