# SPDX-License-Identifier: Apache-2.0
"""Tables on the command line: nothing that they say is cut off."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

WIDE = 10_000


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: folded to a terminal's width; a line for each row to a file or a program."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in headings:
        table.add_column(each, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
