# SPDX-License-Identifier: Apache-2.0
"""``shangheng report``, ``receipt``, ``settle`` and ``token``: the front door in a shell."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from shangheng.cli import main
from shangheng.kernel.errors import NotFound, Refusal
from shangheng.kernel.records import actions, queries, reporters
from shangheng.kernel.records.concept.receipts import Receipt, RuleCount, Totals, Trial
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.landing import Progress as Tell
from shangheng.kernel.records.store.landing import untold
from shangheng.site import clock, mappings, reception, wiring
from shangheng.site.registry import REGISTRY

STEPS = {
    "archive": "归档 archive",
    "check": "检核 check",
    "resolve": "去重 de-duplicate",
    "write": "入账 write",
}


@contextmanager
def shown(title: str, *, quiet: bool) -> Iterator[Tell]:
    """Show how far a batch is on the terminal; nothing when the output goes to a program."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield untold
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None)

        def tell(step: str, done: int, total: int) -> None:
            words = f"{title} · {STEPS.get(step, step)}"
            progress.update(task, description=words, completed=done, total=total or None)

        yield tell


def files_of(given: tuple[str, ...]) -> list[Path | BinaryIO]:
    """Return what is to be reported: files, the files of a folder, or standard input (``-``)."""
    found: list[Path | BinaryIO] = []
    for name in given:
        path = Path(name)
        if name == "-":
            found.append(cast("BinaryIO", sys.stdin.buffer))
        elif path.is_dir():
            found += sorted(
                each for each in path.iterdir() if each.is_file() and each.name[0] != "."
            )
        elif path.is_file():
            found.append(path)
        else:
            raise NotFound("file.not_found", file=name)
    return found


def batch_of(batch: str | None, at: int, count: int) -> str | None:
    """Return the number of one of several batches; several share a number with a suffix."""
    return batch if batch is None or count == 1 else f"{batch}-{at + 1}"


MAPPING = click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="映射文件 mapping",
)
REJECTS = click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把退回的行存到 save rejected rows to",
)
WARNINGS = click.option(
    "--warnings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把存疑清单存到 save warnings to",
)


@click.command("report")
@click.argument("files", nargs=-1, required=True)
@click.option("--kind", required=True, help="记录种类 record kind, such as order")
@click.option("--reporter", required=True, help="报送单位代码 reporter code")
@click.option("--batch", help="批次号 batch number; without one it follows from the content")
@MAPPING
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def report_command(
    files: tuple[str, ...],
    kind: str,
    reporter: str,
    batch: str | None,
    mapping: Path | None,
    *,
    as_json: bool,
) -> None:
    """报送文件并取得回执 Report files (or - for standard input) and get receipts.

    Of several files those that are refused are told of, and the others are taken.
    """
    mapped, sources = _read(mapping), files_of(files)
    told: list[dict[str, Any]] = []
    for at, source in enumerate(sources):
        report = _report(source, kind, reporter, batch_of(batch, at, len(sources)), mapped)
        name = report.title
        try:
            with shown(name, quiet=as_json) as tell:
                receipt = reception.receive(report, tell=tell)
        except Refusal as error:
            if len(sources) == 1:
                raise
            told.append({"file": name, **main.plain(error)})
            click.echo(name, err=True)
            main.tell(error, as_json=False)
            continue
        told.append(reception.told(receipt))
        if not as_json:
            show(receipt)
    actions.settle(wiring.ledger(), REGISTRY.kind(kind))
    if as_json:
        several = told[0] if len(told) == 1 else told
        click.echo(json.dumps(several, ensure_ascii=False, default=str))
    if any("error" in each for each in told):
        sys.exit(main.REFUSED)


@click.command("check")
@click.argument("file")
@click.option("--kind", required=True, help="记录种类 record kind, such as order")
@click.option("--reporter", required=True, help="报送单位代码 reporter code")
@MAPPING
@REJECTS
@WARNINGS
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check_command(
    file: str,
    kind: str,
    reporter: str,
    mapping: Path | None,
    rejects: Path | None,
    warnings: Path | None,
    *,
    as_json: bool,
) -> None:
    """报送前先审核，不入账 Check a file (or - for standard input) before it is reported.

    Every rule is applied as to a report; nothing is taken.
    """
    source = cast("BinaryIO", sys.stdin.buffer) if file == "-" else Path(file)
    report = _report(source, kind, reporter, None, _read(mapping))
    with (
        shown(report.title, quiet=as_json) as tell,
        reception.checked(report, tell=tell) as (trial, folder),
    ):
        for name, target in (("rejects", rejects), ("warnings", warnings)):
            found = folder / f"{name}.csv"
            if target and found.exists():
                shutil.copyfile(found, target)
            elif target:
                target.write_bytes(b"")  # what an earlier check left there no longer holds
    if as_json:
        click.echo(json.dumps(trial.to_dict(), ensure_ascii=False))
    else:
        _show_trial(trial)


@click.command("receipt")
@click.argument("batch")
@click.option("--reporter", help="报送单位 when several use this number")
@REJECTS
@WARNINGS
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def receipt_command(
    batch: str, reporter: str | None, rejects: Path | None, warnings: Path | None, *, as_json: bool
) -> None:
    """查看回执，取回被退回的行 Show a receipt; fetch what was sent back."""
    receipt = queries.receipt(batch, reporter=reporter)
    home = wiring.ledger()
    if rejects:
        _save(queries.rejects(home, batch, reporter=reporter), rejects)
    if warnings:
        _save(queries.warnings(home, batch, reporter=reporter), warnings)
    if as_json:
        click.echo(json.dumps(reception.told(receipt), ensure_ascii=False))
    else:
        show(receipt)


def _read(mapping: Path | None) -> object:
    return mappings.read(mapping.read_text(encoding="utf-8")) if mapping else None


def _report(
    source: Path | BinaryIO, kind: str, reporter: str, batch: str | None, mapping: object
) -> Report:
    """Return what is to be reported or tried as the command line says."""
    return Report(
        source=source, kind=REGISTRY.kind(kind), reporter=reporter, batch=batch,
        mapping=mapping, name=source.name if isinstance(source, Path) else "stdin",
        beside=source.parent if isinstance(source, Path) else None,
    )  # fmt: skip


def _save(pieces: Iterator[bytes], target: Path) -> None:
    with target.open("wb") as out:
        out.writelines(pieces)


@click.command("settle")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def settle_command(*, as_json: bool) -> None:
    """归并小文件 Gather the ledger's small files; figures stay the same."""
    settled = reception.settle()
    click.echo(json.dumps({"settled": settled}) if as_json else f"已归并 {settled} 类记录 settled")


@click.command("token")
@click.argument("reporter")
@click.option("--revoke", is_flag=True, help="收回该单位的全部令牌 take back all its tokens")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def token_command(reporter: str, *, revoke: bool, as_json: bool) -> None:
    """发放接口令牌（只显示一次）Give a reporter an API token, shown once."""
    at = clock.now()
    if revoke:
        told = {"reporter": reporter, "revoked": reporters.revoke_tokens(reporter, at=at)}
    else:
        told = {"reporter": reporter, "token": reporters.issue_token(reporter, at=at)}
    click.echo(
        json.dumps(told)
        if as_json
        else "\n".join(f"{name}: {value}" for name, value in told.items())
    )


def show(receipt: Receipt) -> None:
    """Print a receipt as a person reads it."""
    console = Console()
    console.print(f"[bold]回执 receipt[/] {receipt.batch}  ({receipt.kind}, {receipt.reporter})")
    console.print(
        f"  {receipt.file}  {receipt.bytes:,} B  {receipt.digest[:23]}…", highlight=False
    )
    numbers = (
        ("读取 read", receipt.rows_read), ("接收 accepted", receipt.accepted),
        ("更正 corrected", receipt.corrected), ("未变 unchanged", receipt.unchanged),
        ("退回 rejected", receipt.rejected), ("略过 skipped", receipt.skipped),
        ("另有来源 second source", receipt.second_source),
    )  # fmt: skip
    console.print(
        "  "
        + "  ".join(f"{name} {count:,}" for name, count in numbers if count or name[0] in "读接")
    )
    if not receipt.rows_read:
        console.print("  文件里没有要读的行 the file has no rows to read")
    _amounts(console, receipt.totals)
    _found(console, receipt)
    taken = f"{receipt.recorded_at:%Y-%m-%d %H:%M:%S}"
    console.print(f"  账本版本 ledger version {receipt.ledger_version}，{taken}")
    if receipt.rejected:
        console.print(
            f"  取回退回的行 fetch them: shangheng receipt {receipt.batch} --rejects FILE.csv",
            highlight=False,
        )


def _show_trial(trial: Trial) -> None:
    """Print a trial as a person reads it."""
    console = Console()
    console.print(f"[bold]审核 check[/] {trial.file}  ({trial.kind}, {trial.reporter})")
    numbers = (
        ("读取 read", trial.rows_read), ("可接收 good", trial.good),
        ("重复 repeated", trial.repeated), ("将退回 would go back", trial.rejected),
        ("略过 skipped", trial.skipped),
    )  # fmt: skip
    console.print("  " + "  ".join(f"{name} {count:,}" for name, count in numbers))
    _amounts(console, trial.totals)
    _found(console, trial)
    console.print("  没有入账；改好后用 shangheng report 报送 nothing was taken")


def _amounts(console: Console, totals: Totals) -> None:
    for currency, amounts in totals.items():
        told = "  ".join(f"{name} {amount:,.2f}" for name, amount in amounts.items() if amount)
        console.print(f"  {currency}: {told}", highlight=False)


def _found(console: Console, told: Receipt | Trial) -> None:
    """Print the columns that were passed over, and how many rows each rule touched."""
    if told.unread:
        names = ", ".join(told.unread)
        console.print(f"  未读的列 columns not read: {names}", highlight=False, markup=False)
    _rules(console, "退回原因 rejected", told.rejected_by_rule)
    _rules(console, "提示 warnings", told.warnings_by_rule)


def _rules(console: Console, title: str, counts: tuple[RuleCount, ...]) -> None:
    if not counts:
        return
    table = Table(
        title, "字段 field", "行 rows", "原因 reason", box=None, pad_edge=False, padding=(0, 2)
    )
    for count in counts:
        table.add_row(
            f"  {count.rule}", count.field, f"{count.rows:,}", f"{count.zh} / {count.en}"
        )
    console.print(table)
