# SPDX-License-Identifier: Apache-2.0
"""``shangheng release``: which figures were released, and which will be."""

import json

import click

from shangheng.cli.policies import JSON
from shangheng.services.statistics.manifest import SERVICE
from shangheng.site import clock

STATES = {
    "coming": "待发布 coming",
    "current": "已发布 released",
    "ended": "已撤回 withdrawn",
}


@click.group("release")
def release_command() -> None:
    """数据发布 Released figures, and those that wait for their time."""


@release_command.command("list")
@JSON
def list_command(*, as_json: bool) -> None:
    """列出待发布和已发布的数据 List what will be released and what was, the next one first."""
    found = SERVICE.jobs["releases"](clock.now())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for each in found:
        at = each["at"][:16].replace("T", " ")
        click.echo(f"{each['number']:<18} {at}  {STATES[each['state']]}  {each['title']}")
    if not found:
        click.echo("还没有发布过数据 nothing was released yet")
