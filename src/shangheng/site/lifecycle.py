# SPDX-License-Identifier: Apache-2.0
"""The life cycle of a kind of case as a drawing: states in columns, steps as arrows."""

from html import escape

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.site import words

BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 132, 44, 120, 44, 16
BACK = 26


def columns(kind: CaseKind) -> list[list[str]]:
    """Return the states by how many steps away from the beginning they are.

    Ends stand to the right of everything that leads to them.
    """
    distance = {kind.initial: 0}
    todo = [kind.initial]
    while todo:
        state = todo.pop(0)
        for step in kind.steps_from(state):
            if step.target not in distance:
                distance[step.target] = distance[state] + 1
                todo.append(step.target)
    for end in kind.ends:
        before = [source for step in kind.steps if step.target == end for source in step.sources]
        distance[end] = 1 + max(distance[source] for source in before if source != end)
    found: list[list[str]] = [[] for _ in range(max(distance.values()) + 1)]
    for state in kind.states:
        found[distance[state]].append(state)
    return found


def drawing(kind: CaseKind) -> str:
    """Return the life cycle as SVG, described for those who cannot see it."""
    place: dict[str, tuple[int, int]] = {}
    grid = columns(kind)
    for x, column in enumerate(grid):
        for y, state in enumerate(column):
            place[state] = (
                MARGIN + x * (BOX_W + GAP_X),
                MARGIN + BACK + y * (BOX_H + GAP_Y) + (x % 2) * GAP_Y // 2,
            )
    width = 2 * MARGIN + len(grid) * (BOX_W + GAP_X) - GAP_X
    height = 2 * MARGIN + 2 * BACK + max(map(len, grid)) * (BOX_H + GAP_Y)
    steps = _grouped(kind)
    arrows = "".join(_arrow(place[a], place[b], text) for (a, b), text in steps.items())
    boxes = "".join(_box(kind, state, place[state]) for state in kind.states)
    title = escape(words.label(kind))
    told = escape("; ".join(f"{a} → {b}: {text}" for (a, b), text in steps.items()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
        f"<title>{title}</title><desc>{told}</desc>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#55625f"/></marker></defs>'
        f"{arrows}{boxes}</svg>"
    )


def _grouped(kind: CaseKind) -> dict[tuple[str, str], str]:
    """Return the steps between each two states, their names joined."""
    found: dict[tuple[str, str], list[str]] = {}
    for step in kind.steps:
        for source in step.sources:
            found.setdefault((source, step.target), []).append(words.either(step.zh, step.en))
    return {pair: " / ".join(names) for pair, names in found.items()}


def _box(kind: CaseKind, state: str, at: tuple[int, int]) -> str:
    x, y = at
    ends = state in kind.ends
    fill, line = ("#f3f7f6", "#55625f") if ends else ("#d7ebea", "#0b5f63")
    weight = 3 if state == kind.initial else 1.5
    text = escape(words.either(*kind.states[state]))
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="{fill}" '
        f'stroke="{line}" stroke-width="{weight}"/><text x="{x + BOX_W / 2}" '
        f'y="{y + BOX_H / 2 + 5}" text-anchor="middle" fill="#17211f">{text}</text>'
    )


def _arrow(one: tuple[int, int], other: tuple[int, int], text: str) -> str:
    (x1, y1), (x2, y2) = one, other
    if x2 > x1:
        points = [(x1 + BOX_W, y1 + BOX_H // 2), (x2, y2 + BOX_H // 2)]
        label = ((2 * x1 + 2 * BOX_W + x2) // 3, (2 * y1 + y2) // 3 + BOX_H // 2 - 5)
    elif x2 == x1:
        down = y2 > y1
        x = x1 + BOX_W // 2 + (20 if down else -20)
        points = [(x, y1 + BOX_H if down else y1), (x, y2 if down else y2 + BOX_H)]
        label = (x + (6 if down else -6), (points[0][1] + points[1][1]) // 2 + 4)
    else:
        high = min(y1, y2) - BACK
        points = [
            (x1 + BOX_W // 3, y1), (x1 + BOX_W // 3, high), (x2 + 2 * BOX_W // 3, high),
            (x2 + 2 * BOX_W // 3, y2),
        ]  # fmt: skip
        label = ((points[1][0] + points[2][0]) // 2, high - 4)
    path = "M" + " L".join(f"{x} {y}" for x, y in points)
    return (
        f'<path d="{path}" fill="none" stroke="#55625f" stroke-width="1.3" '
        f'marker-end="url(#tip)"/><text x="{label[0]}" y="{label[1]}" text-anchor="middle" '
        f'fill="#55625f" font-size="12" paint-order="stroke" stroke="#fff" '
        f'stroke-width="4">{escape(text)}</text>'
    )
