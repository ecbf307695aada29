# SPDX-License-Identifier: Apache-2.0
"""``shangheng verify`` and ``shangheng evidence``: prove, check, audit, change keys."""

import gc
import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from rich.console import Console
from rich.progress import Progress

from shangheng.cli.asking import found, question_of
from shangheng.kernel.accounts import proving as proving_balances
from shangheng.kernel.evidence import actions, queries
from shangheng.kernel.evidence.auditing import Tell, audit
from shangheng.kernel.evidence.bundles import read, verify_bundle
from shangheng.kernel.evidence.findings import Finding, Objects, Workers, equip
from shangheng.kernel.evidence.public_keys import PublicKeys, parse_keys
from shangheng.kernel.evidence.queries import Began
from shangheng.kernel.evidence.verifying import Verdict, holds, verify_receipt
from shangheng.kernel.formulas.concept import DIGITS
from shangheng.kernel.messages import text
from shangheng.kernel.periods import CHINA
from shangheng.site import (
    auditing,
    clock,
    proving,
    sealed_figures,
    sealing,
    wiring,
)

BROKEN = 1
ZIP = b"PK"
WITHOUT = "_without_"
"""How a beginning names the leaves of which not all was kept then."""
STEPS = {
    "checkpoints": "检查点 checkpoints",
    "leaves": "条目 leaves",
    "objects": "事项 objects",
    "parts": "账本与各簿 ledger and books",
    "wholes": "逐批比对 batches",
}
GARBAGE_LOOKED_FOR_EVERY = 100_000
"""Things made by a process of an audit, of which hardly any is garbage that refers to itself."""
an_existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("file", type=an_existing_file)
@click.option("--keys", type=an_existing_file, help="可信公钥 trusted keys, from /log/keys")
@click.option(
    "--recompute/--no-recompute",
    default=None,
    help="按账本重算数据，在发布机关默认重算"
    " compute a figure from the ledger; unasked in the house that published it",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def verify_command(
    file: Path, keys: Path | None, *, recompute: bool | None, as_json: bool
) -> None:
    """核验回执、证据包或余额证明，无需联网 Verify a file offline; 0 only if all holds."""
    data = file.read_bytes()
    given = parse_keys(keys.read_text(encoding="utf-8")) if keys else None
    is_bundle = data.startswith(ZIP) or file.suffix == ".zip"
    verdicts = verify_bundle(data, given) if is_bundle else _verify_json(data, given)
    if recompute is not False and is_bundle:
        verdicts += sealed_figures.judged(read(data)[0], is_asked=bool(recompute))
    ok = holds(verdicts)
    if as_json:
        told = {"ok": ok, "file": str(file), "verdicts": [_plain(each) for each in verdicts]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for each in verdicts:
            _say("✓" if each.ok else "✗", each.item, each.code, each.facts)
        click.echo("成立 everything holds" if ok else "不成立 NOT everything holds")
    sys.exit(0 if ok else BROKEN)


def _verify_json(data: bytes, keys: PublicKeys | None) -> list[Verdict]:
    """Verify a receipt, or the proof of a balance, which names one."""
    is_balance = f'"{proving_balances.BALANCE}"'.encode() in data
    return (proving_balances.verify_balance if is_balance else verify_receipt)(data, keys)


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "item": verdict.item,
        "ok": verdict.ok,
        **_told(verdict.code, verdict.facts),
    }


def _told(code: str, facts: Any) -> dict[str, Any]:  # noqa: ANN401 - facts of any type
    return {
        "code": code,
        "zh": text(code, facts, "zh"),
        "en": text(code, facts, "en"),
        "facts": json.loads(json.dumps(dict(facts), default=str)),
    }


def _say(mark: str, item: str, code: str, facts: Any) -> None:  # noqa: ANN401 - facts of any type
    click.echo(f"{mark} {item}: {text(code, facts, 'zh')}")
    click.echo(f"  {' ' * len(item)} {text(code, facts, 'en')}")


@click.group("evidence")
def evidence_command() -> None:
    """存证：证据包、审计、密钥 Bundles, audit and keys of the evidence log."""


@evidence_command.command("bundle")
@click.argument("object_id", metavar="ID")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="证据包文件 zip to write",
)
@click.option("--reporter", help="报送单位 when several use this batch number")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def bundle_command(object_id: str, output: Path, reporter: str | None, *, as_json: bool) -> None:
    """导出证据包：批次、记录（kind:key）、办件、数据 Bundle a batch, record, case or figure."""
    sealing.publish()
    data = proving.bundle(wiring.ledger(), object_id, reporter=reporter)
    output.write_bytes(data)
    told = {"file": str(output), "bytes": len(data), "ok": holds(verify_bundle(data))}
    click.echo(
        json.dumps(told)
        if as_json
        else f"{output}（{len(data):,} B）\n核验 verify: shangheng verify {output}"
    )


@evidence_command.command("figure")
@click.argument("indicator")
@click.option("--by", multiple=True, help="维度 dimensions")
@click.option("--level", type=click.Choice(list(DIGITS)), help="区划层级 level of regions")
@click.option("--where", multiple=True, help="条件 dimension=value")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="起始日 first day")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="截止日 last day")
@click.option("--borders", type=int, help="按该年的行政区划 by the borders of a year")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def figure_command(indicator: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - options
    """封存一个公开的数据 Seal a figure as it is published, with the ledger's versions."""
    named = found(indicator)
    object_id = sealed_figures.publish(named.name, question_of(named, asked))
    sealing.publish()
    next_ = f"shangheng evidence bundle {object_id} -o FILE.zip"
    click.echo(json.dumps({"id": object_id}) if as_json else f"{object_id}\n下一步 next: {next_}")


@evidence_command.command("publish")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def publish_command(*, as_json: bool) -> None:
    """发布检查点 Integrate all that is sequenced and publish a checkpoint."""
    tree = sealing.publish()
    told = {"size": tree.size, "root": tree.root.hex()} if tree else {"size": 0, "root": ""}
    click.echo(json.dumps(told) if as_json else f"{told['size']} {told['root']}")


@evidence_command.command("audit")
@click.option("--restart", is_flag=True, help="从头开始 do not go on with a killed audit")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="并行进程数 processes that share the work",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def audit_command(*, restart: bool, processes: int, as_json: bool) -> None:
    """审计：日志、数据库、账本逐一核对 Check log, rows and ledger against each other."""
    folder = Path(settings.HOME) / "audit"
    if restart:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    objects, state = auditing.objects(wiring.ledger(), folder), folder / "state.json"
    with _shared(processes, objects) as workers, _shown(quiet=as_json) as tell:
        findings = audit(sealing.the_log(), objects, state=state, tell=tell, workers=workers)
    shutil.rmtree(folder)
    found_ = [began for began in queries.beginnings() if any(began.found.values())]
    if as_json:
        told = [{"where": each.where, **_told(each.code, each.facts)} for each in findings]
        older = [{**asdict(each), "since": each.since.isoformat()} for each in found_]
        plain = {"ok": not findings, "findings": told}
        plain |= {"older_than_their_sealing": older} if older else {}
        click.echo(json.dumps(plain, ensure_ascii=False))
    else:
        _print(findings, found_)
    sys.exit(BROKEN if findings else 0)


@contextmanager
def _shared(processes: int, objects: Objects) -> Iterator[Workers | None]:
    """Fork processes that check objects as this one would; none where it does it alone.

    They are there before this process opens a thread, a database or an engine.
    """
    if processes == 1:
        yield None
        return
    with ProcessPoolExecutor(
        processes, mp_context=get_context("fork"), initializer=_ready, initargs=(objects,)
    ) as executor:
        executor.submit(int).result()
        yield Workers(executor, processes)


def _ready(objects: Objects) -> None:
    gc.freeze()  # what was there at the fork need not be looked through again and again
    gc.set_threshold(GARBAGE_LOOKED_FOR_EVERY)
    equip(objects)


def _print(findings: list[Finding], older: list[Began]) -> None:
    for began in older:
        said = ", ".join(f"{name} {count}" for name, count in began.found.items())
        day = f"{began.since.astimezone(CHINA):%Y-%m-%d}"
        click.echo(f"… {began.noun}: {day} 起封存，此前已有的按当日所见封存（{said}）")
        click.echo(f"  sealed since {day}; what was there before is sealed as it was found then")
        if any(count for name, count in began.found.items() if WITHOUT in name):
            click.echo(f"  其中 …{WITHOUT}… 各条只核对公开内容：当时没有留下可对照的其余内容")
            click.echo("  of these leaves only public facts are compared: no more was kept then")
    for each in findings:
        _say("✗", each.where, each.code, each.facts)
    click.echo(f"发现 {len(findings)} 处不符 findings" if findings else "全部相符 everything fits")


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Tell]:
    """Show how far the audit is; nothing when the output goes to a program."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _step, _done, _total: None
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("")

        def tell(step: str, done: int, total: int) -> None:
            words = STEPS.get(step, step)
            progress.update(task, description=words, completed=done, total=total or None)

        yield tell


@evidence_command.command("rotate")
@click.option("--retire", "key_id", help="停用此密钥 take this key away instead of adding one")
@click.option(
    "--stamp", is_flag=True, help="改换时间戳密钥 renew the time-stamp authority instead"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rotate_command(key_id: str | None, *, stamp: bool, as_json: bool) -> None:
    """更换签名密钥：先加新，后停旧 Add a signing key, or retire an old one; the log says so."""
    opened, at = sealing.the_log(), clock.now()
    if stamp:
        actions.renew_stamp(opened, at=at)
    elif key_id:
        actions.retire(opened, key_id, at=at)
    else:
        actions.rotate(opened, at=at)
    sealing.publish()
    keys = [str(each.verifier) for each in sealing.the_log().signers]
    click.echo(json.dumps({"signing": keys}) if as_json else "\n".join(keys))
