# SPDX-License-Identifier: Apache-2.0
"""``shangheng regions`` and ``shangheng parties``: who and where."""

import json

import click

from shangheng.cli.tables import show
from shangheng.kernel.parties import queries as parties
from shangheng.kernel.parties.concept import Party
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.regions.concept import Region
from shangheng.site import clock


def _place(region: Region) -> dict[str, object]:
    return {
        "code": region.code, "name": region.name, "level": region.level,
        "full_name": regions.full_name(region.code), "parent": region.parent,
        "valid_from": region.valid_from, "valid_until": region.valid_until,
        "successors": list(region.successor),
    }  # fmt: skip


@click.command("regions")
@click.argument("place")
@click.option("--year", type=int, help="按该年的行政区划 by the borders of a year")
@click.option("--address", is_flag=True, help="当作地址解析 read as a free-text address")
@click.option("--children", is_flag=True, help="列出下级 list what lies inside")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def regions_command(
    place: str, year: int | None, *, address: bool, children: bool, as_json: bool
) -> None:
    """查行政区划：代码、名称或地址 Find a division by code, name or address."""
    if address:
        match = regions.from_address(place)
        told = {
            "region": _place(match.region) if match.region else None,
            "confidence": str(match.confidence), "matched": match.matched,
            "alternatives": [_place(each) for each in match.alternatives],
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False, indent=None if as_json else 1))
        return
    found = regions.find(place, year=year) if place.isdigit() else regions.lookup(place)
    listed = list(regions.children(found.code)) if children else [found]
    if as_json:
        click.echo(json.dumps([_place(each) for each in listed], ensure_ascii=False))
        return
    rows = [
        (each.code, regions.full_name(each.code), each.level,
         f"{each.valid_from or ''}–{each.valid_until or ''}", " ".join(each.successor))
        for each in listed
    ]  # fmt: skip
    show(("代码 code", "名称 name", "层级 level", "有效 valid", "后继 successor"), rows)


def _party(party: Party) -> dict[str, object]:
    return {
        "uuid": str(party.uuid), "kind": party.kind, "name": party.name, "region": party.region,
        "codes": [{"scheme": code.scheme, "value": code.value} for code in party.codes],
    }  # fmt: skip


@click.command("parties")
@click.argument("text")
@click.option("--scheme", help="按代码查 find by code: uscc, platform_shop, …")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def parties_command(text: str, scheme: str | None, limit: int, *, as_json: bool) -> None:
    """查主体：名称或代码 Find parties by name or code."""
    on = clock.now().date()
    found = (
        [parties.find(scheme, text, on=on)] if scheme else parties.search(text, on=on, limit=limit)
    )
    if as_json:
        click.echo(json.dumps([_party(each) for each in found], ensure_ascii=False))
        return
    rows = [
        (each.name, each.kind, each.region,
         "  ".join(f"{code.scheme}:{code.value}" for code in each.codes))
        for each in found
    ]  # fmt: skip
    show(("名称 name", "类别 kind", "地区 region", "代码 codes"), rows)
