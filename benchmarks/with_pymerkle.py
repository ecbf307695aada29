# SPDX-License-Identifier: Apache-2.0
"""The tree of a million records by pymerkle: in memory, and in its SQLite store.

Both sides take the million in one batch that is durable as a whole, with ``synchronous=FULL``. Its
own bulk operation is used, in chunks of its own size.

    python -m benchmarks.with_pymerkle ENTRIES FOLDER
"""

import json
import sys
import time
from pathlib import Path

from pymerkle import InmemoryTree, SqliteTree

ENTRY_BYTES = 48
"""Salt and hash of a record: what the leaf of a batch hashes."""


def main() -> None:
    """Build both trees, and say how long that was and to which root it led."""
    data = Path(sys.argv[1]).read_bytes()
    entries = [data[at : at + ENTRY_BYTES] for at in range(0, len(data), ENTRY_BYTES)]
    begun = time.perf_counter()
    roots = [InmemoryTree.init_from_entries(entries).get_root()]
    memory_s = time.perf_counter() - begun
    with SqliteTree(str(Path(sys.argv[2]) / "pymerkle.db")) as tree:
        tree.con.execute("PRAGMA synchronous=FULL")
        begun = time.perf_counter()
        tree.append_entries(entries)
        roots.append(tree.get_root())
        store_s = time.perf_counter() - begun
    told = {"memory_s": memory_s, "store_s": store_s, "roots": [root.hex() for root in roots]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
