# SPDX-License-Identifier: Apache-2.0
"""``shangheng demo``: a simulated month reported through the front door, computed and served."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shangheng.cli import demo_desk
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.records.reports import Report
from shangheng.simulate.province import simulate
from shangheng.site import clock, people, reception, wiring
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY
from shangheng.site.serve import serve

SIGN_INS = (
    ("officer", "shangheng-officer", ("statistics.officer",), "", "统计员 statistics officer"),
    ("platform", "shangheng-platform", (), "P01", "平台 P01 的报送员 reporter of platform P01"),
    ("administrator", "shangheng-administrator", ("access.administrator",), "",
     "权限管理员 administrator of posts"),
)  # fmt: skip
"""Names and passwords of the demonstration only; ``shangheng init`` makes none."""
SEED = 20261111


def sign_ins() -> tuple[tuple[str, str, tuple[str, ...], str, str], ...]:
    """Return who can sign in: the posts at desks hold for the whole of this place."""
    desks = (
        (demo_desk.CLERK, demo_desk.CLERK_ROLES,
         "办件经办人、调解员、出纳 works on cases; mediates; notes deposits"),
        (demo_desk.CHIEF, demo_desk.CHIEF_ROLES, "办件负责人、财务 leads, decides, pays"),
    )  # fmt: skip
    return (
        *SIGN_INS,
        *((name, f"shangheng-{name}", demo_desk.posts(roles), "", who)
          for name, roles, who in desks),
    )  # fmt: skip


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console()) as progress:
        progress.console.print(f"[bold]{title}[/]")
        yield progress


def _simulated(folder: Path, orders: int, days: int) -> list[dict[str, str]]:
    """Make the month once; a second run finds it."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        with _bar("模拟一个月 Simulating a month") as progress:
            task = progress.add_task("订单 orders", total=orders)
            simulate(
                folder, jurisdiction=settings.JURISDICTION, orders=orders, days=days, seed=SEED,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )  # fmt: skip
    listed = json.loads(manifest.read_text(encoding="utf-8"))
    files: list[dict[str, str]] = listed["files"] if isinstance(listed, dict) else listed
    return files


def _reported(folder: Path, files: list[dict[str, str]]) -> None:
    with _bar("经正门报送 Reporting through the front door") as progress:
        task = progress.add_task("文件 files", total=len(files))
        for each in files:
            progress.update(task, description=f"{each['file']:<24}")
            report = Report(
                source=folder / each["file"],
                kind=REGISTRY.kind(each["kind"]),
                reporter=each["reporter"],
            )
            reception.receive(report)
            progress.advance(task)
    reception.settle()


def _computed() -> None:
    with _bar("计算全部指标 Computing every indicator") as progress:
        task = progress.add_task("分组 splits", total=None)
        formulas.compute_all(
            REGISTRY.indicators.values(), house=OFFICE.house(), at=clock.now(),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip


@click.command("demo")
@click.option("--orders", type=int, default=200_000, show_default=True, help="真实订单数")
@click.option("--days", type=int, default=30, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="只准备，不提供网站 prepare, do not serve")
def demo_command(orders: int, days: int, host: str, port: int, *, no_serve: bool) -> None:
    """演示：模拟、报送、计算、上线 A whole month, from report to figure; run again to reuse it."""
    began = time.monotonic()
    wiring.prepare()
    demo_desk.decide()
    for name, password, roles, reporter, _ in sign_ins():
        people.make_person(name, password, roles=roles, reporter=reporter)
    demo_desk.furnish()
    folder = Path(settings.HOME) / f"demo-{settings.JURISDICTION}-{orders}-{days}"
    files = _simulated(folder, orders, days)
    _reported(folder, files)
    demo_desk.count()
    _computed()
    demo_desk.release()
    address = f"http://{host}:{port}"
    click.echo(f"\n用时 took {time.monotonic() - began:.0f} s")
    click.echo(f"网站 site      {address}")
    click.echo(f"接口 API       {address}/api/v1/docs")
    click.echo(f"原始文件 files  {folder}")
    for name, password, _, _, who in sign_ins():
        click.echo(f"登录 sign-in   {name} / {password}   {who}")
    if not no_serve:
        click.echo("按 Ctrl-C 结束 Ctrl-C to stop")
        serve(host, port)
