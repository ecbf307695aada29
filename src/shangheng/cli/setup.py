# SPDX-License-Identifier: Apache-2.0
"""``shangheng init`` and ``simulate``."""

import json
from datetime import datetime
from pathlib import Path

import click
from django.conf import settings
from rich.progress import Progress

from shangheng.cli import province
from shangheng.kernel.errors import Invalid
from shangheng.simulate.province import simulate
from shangheng.simulate.writing import Format
from shangheng.site import jurisdictions, wiring

JURISDICTIONS = tuple(jurisdictions.places())


@click.command("init")
@click.option(
    "--jurisdiction",
    type=click.Choice(JURISDICTIONS),
    default="jiangsu",
    show_default=True,
    help="辖区",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def init_command(jurisdiction: str, *, as_json: bool) -> None:
    """初始化：数据库、密钥、账本 Prepare the home: rows, keys, ledger. May be run again."""
    wiring.prepare(jurisdiction)
    told = {
        "home": str(settings.HOME),
        "ledger": str(settings.LEDGER),
        "jurisdiction": jurisdiction,
    }
    if as_json:
        click.echo(json.dumps(told))
        return
    click.echo(f"已就绪 ready: {told['home']}（{jurisdiction}）")
    click.echo(
        "下一步 next: shangheng report FILE --kind order --reporter CODE，或 or shangheng demo"
    )


@click.command("simulate")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--jurisdiction", type=click.Choice(JURISDICTIONS), default="jiangsu", show_default=True
)
@click.option(
    "--orders", type=click.IntRange(min=1), default=10_000, show_default=True, help="真实订单数"
)
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="天数")
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "ndjson", "parquet"]),
    default="csv",
    show_default=True,
)
@click.option("--start", type=click.DateTime(formats=["%Y-%m-%d"]), help="起始日 first day")
@click.option("--explain", is_flag=True, help="画出这个省 draw the province that was made")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def simulate_command(  # noqa: PLR0913 - each is an option
    directory: Path,
    jurisdiction: str,
    orders: int,
    days: int,
    seed: int,
    form: Format,
    start: datetime | None,
    *,
    explain: bool,
    as_json: bool,
) -> None:
    """模拟一个省的报送文件与真值 Make a province's reports, and the truth about them."""
    if (
        directory.exists()
        and any(directory.iterdir())
        and not (directory / "manifest.json").exists()
    ):
        raise Invalid("simulate.directory_in_use", directory=str(directory))
    with Progress(transient=True, disable=as_json) as bar:
        task = bar.add_task("模拟 simulate", total=orders)
        made = simulate(
            directory, jurisdiction=jurisdiction, orders=orders, days=days, seed=seed,
            start=start.date() if start else None, fmt=form,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    files = [
        {"file": each.file, "kind": each.kind, "reporter": each.reporter, "rows": each.rows}
        for each in made.files
    ]
    page = province.draw(directory) if explain else None
    if as_json:
        told = {"directory": str(directory), "files": files, "page": page and str(page)}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in files:
        click.echo(
            f"{each['file']:<28} {each['kind']:<9} {each['reporter']:<5} {each['rows']:>12,}"
        )
    click.echo(f"真值 truth: {directory / 'truth'}")
    if page:
        click.echo(f"请在浏览器中打开 open in a browser: {page}")
