# SPDX-License-Identifier: Apache-2.0
"""Reads a document as it is printed: its own numbering, and every number in it.

Both serve one proof: that the data of a document leaves nothing out. The numbering is that of
Chinese official papers (GB/T 9704): 一、 then （一） then 1．; a document may count its （一）
through from part to part, and then cites them without the part. Rules in articles (第三条) count
these through chapters (第一章), which are headings only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PREAMBLE, CLOSING = "前言", "结语"
DIGITS = "一二三四五六七八九"
_NUMERAL = "[一二三四五六七八九十百]+"
_LABEL = re.compile(rf"(?:第({_NUMERAL})条|({_NUMERAL}))?(?:\(({_NUMERAL})\))?([0-9]+)?")
_CHAPTER = re.compile(rf"第{_NUMERAL}[章节]")
_PART = re.compile(rf"({_NUMERAL})、|(第{_NUMERAL}条)")
_SECTION = re.compile(rf"\(({_NUMERAL})\)")
_ITEM = re.compile(r"([0-9]{1,2})[.、](?![0-9])")

_WIDE = str.maketrans("０１２３４５６７８９（），％．：；＋－～　", "0123456789(),%.:;+-~ ")
_SPACES = re.compile(r"\s+")
_NEEDLESS = re.compile(r"(?<![0-9]) | (?![0-9])")

_UNITS = (
    "万亿元", "千亿元", "百亿元", "亿元", "万元", "元", "万亿", "亿", "万平方米", "平方米", "平米",
    "个月", "个", "小时", "分钟", "部委", "部门", "年", "月", "日", "天", "家", "倍", "号", "强",
    "级", "项", "种", "类", "人", "次", "届", "户", "件", "条", "大", "中", "网", "批", "品", "成",
    "%", "万", "G", "D",
)  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# After Chinese numerals fewer units make a quantity: 第三方, 一批 and 万众 are words. Digits
# behind a Latin letter are part of a name: B2B, O2O.
_COUNTED = (
    "万亿元|千亿元|百亿元|亿元|万元|元|个月|小时|分钟|年|天|日|倍|家|个|项|类|种|级|次|届|大|中|网|部委"
    "|部门|成|品|方面"
)
_QUANTITY = re.compile(
    rf"(?<![A-Za-z0-9])[0-9]+(?:\.[0-9]+)?(?:{_UNIT})?"
    r"|退一赔三|双[十百千]"
    rf"|第[{DIGITS}十]年"
    rf"|(?<![第十百千万亿{DIGITS}])一(?:个月|年|天|小时|倍)"
    rf"|(?:(?![一])[{DIGITS}十百千万亿两]|[{DIGITS}][{DIGITS}十百千万亿])[{DIGITS}十百千万亿]*(?:{_COUNTED})"
)


@dataclass(frozen=True)
class Passage:
    """A clause as printed: its number and its text."""

    label: str
    text: str


def plain(text: str) -> str:
    """Return a text with half-width signs, and spaces only where they part two numbers."""
    return _NEEDLESS.sub("", _SPACES.sub(" ", text.translate(_WIDE)))


def numbers_in(text: str) -> tuple[str, ...]:
    """Return the numbers of a text, each with its unit and once, in the order of appearance.

    >>> numbers_in("年销售收入首次突破1亿元、５亿元的，三年内不超过每平米10元")
    ('1亿元', '5亿元', '三年', '10元')
    """
    return tuple(dict.fromkeys(each[0] for each in _QUANTITY.finditer(plain(text))))


def numeral(text: str) -> int:
    """Return the value of a Chinese numeral below a thousand: 二十三 is 23."""
    total = 0
    digit = 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS.index(sign) + 1
        else:
            total += (digit or 1) * (100 if sign == "百" else 10)
            digit = 0
    return total + digit


Path = tuple[tuple[str, int], ...]


def path_of(label: str) -> Path | None:
    """Return a clause's number as steps: 四(二)1 is part 4, section 2, item 1."""
    found = _LABEL.fullmatch(label)
    if found is None or not label:
        return None
    article, part, section, item = found.groups()
    steps = [("part", numeral(article or part))] if article or part else []
    steps += [("section", numeral(section))] if section else []
    steps += [("item", int(item))] if item else []
    return tuple(steps)


def is_counted_through(labels: Iterable[str]) -> bool | None:
    """Return whether sections are cited without their part; ``None`` where none is cited."""
    cited = [path for label in labels if (path := path_of(label)) and ("section" in dict(path))]
    return None if not cited else not any("part" in dict(path) for path in cited)


def is_at_or_after(label: str, start: str | None) -> bool:
    """Return whether a clause has a number, and one that is not before another's, if given."""
    path = path_of(label)
    return path is not None and path >= (path_of(start or "") or ())


def follows(before: Path, after: Path) -> bool:
    """Return whether no number was left out between two that stand one after the other.

    The next number counts on by one where the two part, and everything below begins with one.
    """
    for depth, (kind, number) in enumerate(after):
        if depth < len(before) and before[depth] == (kind, number):
            continue
        at_same_level = depth < len(before) and before[depth][0] == kind
        expected = before[depth][1] + 1 if at_same_level else 1
        begins_below = at_same_level or depth >= len(before)
        below = all(each == 1 for _, each in after[depth + 1 :])
        return number == expected and begins_below and below
    return False


def passages(text: str, *, counted_through: bool | None = None) -> tuple[Passage, ...]:
    """Return the clauses of a document by its own numbering, the text before it as 前言.

    A heading with numbered items below it is no clause, unless it has a text of its own.
    ``counted_through`` says that sections are counted on from part to part and cited without it;
    unless it is said, that is taken from whether （一） stands in the text more than once. Below
    articles it never is.
    """
    found = list(_headed(text))
    if counted_through is None:
        anew = sum(each.opens_first_section for each in found) > 1
        counted_through = not anew and not any("第" in each.numerals[0] for each in found)
    listed: list[Passage] = []
    heading = ""
    for each, after in zip(found, [*found[1:], None], strict=True):
        has_below = after is not None and after.depth > each.depth
        if has_below and not each.body:
            heading += each.first
            continue
        label = each.label(counted_through=counted_through)
        listed.append(Passage(label, heading + each.first + each.body))
        heading = ""
    return tuple(listed)


@dataclass
class _Heading:
    """A numbered paragraph while a text is read: where it stands, its first line and the rest."""

    part: int | None
    section: int | None
    item: int | None
    numerals: tuple[str, str, str]
    first: str
    body: str = ""
    is_chapter: bool = False

    @property
    def opens_first_section(self) -> bool:
        return self.section == 1 and self.item is None

    @property
    def depth(self) -> int:
        if self.is_chapter:
            return 0
        if self.item is not None:
            return 3
        return 2 if self.section is not None else 1

    def label(self, *, counted_through: bool) -> str:
        part, section, item = self.numerals
        if not (part or section or item):
            return PREAMBLE
        outer = "" if counted_through and section else part
        return outer + (f"({section})" if section else "") + item


def _headed(text: str) -> Iterator[_Heading]:
    current = _Heading(None, None, None, ("", "", ""), "")
    for line in text.splitlines():
        stripped = plain(line)
        opened = _opened(current, stripped)
        if opened is None:
            current.body += stripped
            continue
        if current.first or current.body:
            yield current
        current = opened
    yield current


def _opened(above: _Heading, line: str) -> _Heading | None:
    """Return the heading that a line begins, within what stands above it."""
    if _CHAPTER.match(line):
        return _Heading(None, None, None, ("", "", ""), line, is_chapter=True)
    if found := _PART.match(line):
        name = found[1] or found[2]
        number = numeral(name.strip("第条"))
        return _Heading(number, None, None, (name, "", ""), line[found.end() :])
    part = above.numerals[0]
    if found := _SECTION.match(line):
        name = found[1]
        return _Heading(above.part, numeral(name), None, (part, name, ""), line[found.end() :])
    if found := _ITEM.match(line):
        numerals = (part, above.numerals[1], found[1])
        rest = line[found.end() :]
        return _Heading(above.part, above.section, int(found[1]), numerals, rest)
    return None
