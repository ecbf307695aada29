# SPDX-License-Identifier: Apache-2.0
"""How long figures take, and how much longer than the same query written by hand.

    python -m benchmarks.indicators LEDGER_ROOT

prints one JSON object a line. ``LEDGER_ROOT`` holds ``tables/<kind>/day=…/*.parquet`` (or the
kinds' folders directly); it is only read. Times are the best of several runs on warm files.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import django

from benchmarks.measuring import report
from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Indicator, Question
from shangheng.kernel.formulas.figures import Asked, Setting, compute
from shangheng.kernel.formulas.receipts import RECEIPT
from shangheng.kernel.records.store.tables import LedgerFiles, files_of
from shangheng.services.statistics.records import KINDS

RUNS = 9
DICTIONARY_LIMIT_S = 15.0
OVERHEAD_LIMIT = 1.2
# The fastest way that we know to write it: orders that carry their refunds are never joined. A
# plain LEFT JOIN over all orders takes several times as long and would flatter us.
RETURNED = """
    (SELECT currency, mode, paid, refunded AS returned FROM "order" WHERE refunded IS NOT NULL
     UNION ALL
     SELECT o.currency, o.mode, o.paid, coalesce(r.amount, 0) FROM "order" o LEFT JOIN (
        SELECT platform, order_no, currency, sum(amount) AS amount FROM refund
        WHERE (SELECT count(*) FROM "order" WHERE NOT refunded IS NOT NULL) > 0 GROUP BY 1, 2, 3
     ) r USING (platform, order_no, currency) WHERE o.refunded IS NULL)
"""
BY_HAND: dict[str, str] = {
    "order-count": 'SELECT count(*) AS v FROM "order"',
    "order-amount": 'SELECT currency, sum(gross) AS v FROM "order" GROUP BY 1',
    "paid-amount": 'SELECT currency, sum(paid) AS v FROM "order" GROUP BY 1',
    "transaction-volume": 'SELECT currency, sum(paid) AS v FROM "order" WHERE paid > 0 GROUP BY 1',
    "online-retail-sales": f"""
        SELECT currency, sum(paid) AS v FROM {RETURNED}
        WHERE mode IN ('B2C', 'C2C') AND paid > 0 AND returned < paid GROUP BY 1""",
    "refund-amount": f"""
        SELECT currency, sum(returned) AS v FROM {RETURNED} WHERE returned > 0 GROUP BY 1""",
    "b2b-volume": """
        SELECT currency, sum(paid) AS v FROM "order" WHERE mode = 'B2B' AND paid > 0 GROUP BY 1""",
    "upward-volume": """
        SELECT currency, sum(paid) AS v FROM "order" WHERE agricultural AND paid > 0
        AND seller_area = 'rural' AND buyer_area = 'urban' GROUP BY 1""",
    "cross-border-export": """
        SELECT currency, sum(paid) AS v FROM "order"
        WHERE cross_border = 'export' AND paid > 0 GROUP BY 1""",
    "average-order": """
        SELECT currency, round(sum(paid) / count(*), 4) AS v FROM "order"
        WHERE paid > 0 GROUP BY 1""",
    "buyers": 'SELECT count(DISTINCT buyer) AS v FROM "order" WHERE paid > 0',
    "active-shops": """
        SELECT count(*) AS v FROM (
            SELECT DISTINCT platform, shop FROM "order" WHERE paid > 0 AND shop IS NOT NULL)""",
    "platform-hhi": """
        SELECT currency, round(sum((v * 100.0 / whole) ** 2), 4) AS v FROM (
            SELECT currency, platform, sum(paid) AS v, sum(sum(paid)) OVER (PARTITION BY currency)
            AS whole FROM "order" WHERE paid > 0 GROUP BY 1, 2) GROUP BY 1""",
}
SPLITS: tuple[tuple[str, ...], ...] = (
    (),
    ("day",),
    ("month",),
    ("seller_region",),
    ("platform",),
    ("category",),
)


def settings(root: Path) -> Setting:
    """Return the setting over the ledger under a root."""
    tables = root / "tables" if (root / "tables").is_dir() else root
    sources = {}
    for kind in KINDS:
        # Not all that lie there: files that others have replaced stay for a while.
        sources[kind.name] = (kind, files_of(tables / kind.name))
    sources[RECEIPT.name] = (RECEIPT, LedgerFiles(0, ()))
    engine = DuckDBEngine(memory="3GB", threads=2)
    configuration = {
        "expected-platforms": lambda _: ["P1"], "reporting-days": 10,
        "statistical-frame": lambda _: {"91320583MA1WABCD0X": "320583"},
    }  # fmt: skip
    return Setting(
        engine=engine, sources=sources, on=date(2026, 12, 31), configuration=configuration
    )


def best(run: Callable[[], object], runs: int = RUNS) -> float:
    """Return the shortest time of several runs, in seconds."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def by_hand(setting: Setting, dictionary: dict[str, Indicator]) -> None:
    """Compare single figures with their queries written by hand, and their values."""
    for name, sql in BY_HAND.items():
        asked: list[Asked] = [(dictionary[name], Question())]
        figure = compute(asked, setting)[0]
        rows = setting.engine.run(sql, setting.sources).to_pylist()
        theirs = sum(Decimal(str(row["v"])) for row in rows)
        ours = sum((row["value"] or Decimal(0) for row in figure.rows), Decimal(0))
        if abs(ours - theirs) > Decimal("0.01"):
            raise SystemExit(f"{name}: {ours} is not {theirs}")
        hand = ours_s = float("inf")
        for _ in range(RUNS):  # in turn, so that a busy machine disturbs both alike
            hand = min(hand, best(lambda s=sql: setting.engine.run(s, setting.sources), 1))
            ours_s = min(ours_s, best(lambda a=asked: compute(a, setting), 1))
        against = f"{hand:.3f} s by hand"
        report(
            f"indicator/{name}",
            ours_s / hand,
            "times",
            against=against,
            at_most=OVERHEAD_LIMIT,
        )


def whole(setting: Setting, dictionary: dict[str, Indicator]) -> None:
    """Measure the dictionary, each indicator that can be split so, for each standard split."""
    for split in SPLITS:
        asked: list[Asked] = []
        for indicator in dictionary.values():
            question = Question(
                by=split, since=date(2000, 1, 1), until=date(2099, 12, 31), level=indicator.level
            )
            try:
                compute([(indicator, question)], _empty(setting))
            except Invalid:
                continue
            asked.append((indicator, question))
        seconds = best(lambda a=asked: compute(a, setting), 3)
        name = "dictionary/" + (",".join(split) or "total")
        against = f"{len(asked)} indicators"
        report(name, seconds, "s", against=against, at_most=DICTIONARY_LIMIT_S)


def _empty(setting: Setting) -> Setting:
    nothing = {name: (kind, LedgerFiles(0, ())) for name, (kind, _) in setting.sources.items()}
    return Setting(
        engine=setting.engine, sources=nothing, on=setting.on, configuration=setting.configuration
    )


def main() -> None:
    """Measure over the ledger named on the command line."""
    django.setup()
    from shangheng.services.statistics.manifest import INDICATORS  # noqa: PLC0415 - Django first

    setting = settings(Path(sys.argv[1]))
    count = setting.engine.run('SELECT count(*) AS n FROM "order"', setting.sources).to_pylist()
    report("ledger/orders", count[0]["n"], "records")
    dictionary = {each.name: each for each in INDICATORS}
    by_hand(setting, dictionary)
    whole(setting, dictionary)


if __name__ == "__main__":
    main()
