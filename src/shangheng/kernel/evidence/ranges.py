# SPDX-License-Identifier: Apache-2.0
"""Which subtrees a proof consists of: the geometry of RFC 6962, without any hash.

A subtree is the half-open range of the leaves below it. The same ranges serve a tree in memory
(`merkle`) and one that lies in tiles on disk (`tiled_tree`).
"""

from collections.abc import Iterator

from shangheng.kernel.errors import Invalid


def inclusion_ranges(index: int, size: int) -> list[range]:
    """Return the siblings on the way from a leaf to the root, lowest first (RFC 6962 2.1.1)."""
    if not 0 <= index < size:
        raise Invalid("evidence.index_out_of_range", index=index, size=size)
    begin, end = 0, size
    siblings: list[range] = []
    while end - begin > 1:
        middle = _split(begin, end)
        if index < middle:
            siblings.append(range(middle, end))
            end = middle
        else:
            siblings.append(range(begin, middle))
            begin = middle
    siblings.reverse()
    return siblings


def consistency_ranges(size1: int, size2: int) -> list[range]:
    """Return the subtrees that show both trees, lowest first (RFC 6962 2.1.2).

    Nothing is needed, and nothing can be shown, from the empty tree or between equal sizes.
    """
    if not 0 <= size1 <= size2:
        raise Invalid("evidence.sizes_out_of_order", size1=size1, size2=size2)
    if size1 in (0, size2):
        return []
    begin, end = 0, size2
    subtrees: list[range] = []
    while end != size1:
        middle = _split(begin, end)
        if size1 <= middle:
            subtrees.append(range(middle, end))
            end = middle
        else:
            subtrees.append(range(begin, middle))
            begin = middle
    if begin:  # Otherwise the last subtree is the older tree itself, whose root is known.
        subtrees.append(range(begin, end))
    subtrees.reverse()
    return subtrees


def perfect_subtrees(leaves: range) -> Iterator[tuple[int, int]]:
    """Cut a subtree into perfect ones, largest first: each is (height, index at that height)."""
    begin, end = leaves.start, leaves.stop
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height


def _split(begin: int, end: int) -> int:
    """Return where RFC 6962 divides: after the largest power of two below the number of leaves."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))
