# SPDX-License-Identifier: Apache-2.0
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shangheng.cli import evidence as commands
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.models import CheckpointRow, LeafRow, LogRow, WaitingRow
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties.models import PartyActRow, PartyRow
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.site import clock, sealed_figures, sealing
from shangheng.site.tests.conftest import home, orders, report
from shangheng.site.tests.test_log import batch

pytestmark = pytest.mark.django_db
__all__ = ["batch", "home", "report"]  # fixtures


def run(*words: str | Path) -> Result:
    name, *rest = map(str, words)
    command = commands.verify_command if name == "verify" else commands.evidence_command
    return CliRunner().invoke(command, rest if name == "verify" else [name, *rest])


def test_the_commands_bundle_verify_audit_and_rotate(
    home: Ledger, batch: Receipt, tmp_path: Path
) -> None:
    file, keys = tmp_path / "out.zip", sealing.folder() / "keys"
    assert run("bundle", batch.batch, "-o", file).exit_code == 0
    told: dict[str, Any] = json.loads(run("verify", file, "--keys", keys, "--json").output)
    assert told["ok"]
    assert {"container", "content", "inclusion"} < {each["item"] for each in told["verdicts"]}
    assert "成立" in run("verify", file).output
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(sealing.with_evidence(batch, home=home)), encoding="utf-8")
    assert run("verify", receipt, "--keys", keys).exit_code == 0
    file.write_bytes(file.read_bytes().replace(b"shangheng", b"shanghenG", 1))
    assert run("verify", file).exit_code == 1
    assert not json.loads(run("verify", file, "--json").output)["ok"]
    assert json.loads(run("audit", "--json").output) == {"ok": True, "findings": []}
    old = sealing.the_log().signers[0].verifier.key_id.hex()
    assert len(json.loads(run("rotate", "--json").output)["signing"]) == 2
    assert len(json.loads(run("rotate", "--retire", old, "--json").output)["signing"]) == 1
    assert run("rotate", "--stamp").exit_code == 0
    assert json.loads(run("publish", "--json").output)["size"] == queries.size()
    assert run("verify", receipt, "--keys", keys).exit_code == 0
    (home.batch(folder_of(batch.reporter, batch.batch)) / "hashes.bin").write_bytes(b"")
    assert run("audit", "--restart").exit_code == 1


def test_a_published_figure_is_sealed_proved_and_computed_again(
    home: Ledger,
    batch: Receipt,
    tmp_path: Path,
    report: Callable[..., Receipt],
    settings: Any,
) -> None:
    file, forged = tmp_path / "figure.zip", tmp_path / "forged.zip"
    sealed = run("figure", "order-count", "--by", "category", "--json")
    object_id = json.loads(sealed.output)["id"]
    assert run("bundle", object_id, "-o", file).exit_code == 0
    told = json.loads(run("verify", file, "--json").output)
    assert told["ok"], told
    assert told["verdicts"][-1]["code"] == "evidence.figure_same"
    shown = sealed_figures.lines_of(sealed_figures.content_of(object_id))
    assert [value.split()[0] for zh, _, value in shown if zh == "food"] == ["33"], shown
    assert json.loads(run("audit", "--json").output)["ok"]
    report(orders(30, first=100))
    report(orders(10).replace(b"food", b"other"))
    told = json.loads(run("verify", file, "--recompute", "--json").output)
    assert told["verdicts"][-1]["code"] == "evidence.figure_same", told
    said = json.loads(sealed_figures.content_of(object_id))
    said["rows"][0]["value"] = "31"
    falsified = sealed_figures.computed_again(entries.canonical(said))
    assert (falsified.ok, falsified.code) == (False, "evidence.figure_differs")
    said["ledger"] = "order@99"
    falsified = sealed_figures.computed_again(entries.canonical(said))
    assert (falsified.ok, falsified.code) == (False, "ledger.no_version")
    assert run("verify", file).exit_code == 0
    forged.write_bytes(file.read_bytes().replace(b'"value":"3', b'"value":"4', 1))
    assert run("verify", forged).exit_code == 1
    assert "evidence.figure_differs" in run("verify", forged, "--json").output
    forged.write_bytes(file.read_bytes().replace(b'"rows":', b'"rowz":', 1))
    assert json.loads(run("verify", forged, "--json").output)["verdicts"][-1]["item"] == "figure"
    settings.HOME = tmp_path / "elsewhere"  # a stranger, who has no house
    told = json.loads(run("verify", file, "--json").output)
    assert (told["ok"], told["verdicts"][-1]["code"]) == (True, "evidence.figure_elsewhere")
    settings.HOME = tmp_path
    stored = tmp_path / "figures" / f"{object_id}.json"
    stored.write_bytes(stored.read_bytes() + b" ")
    findings = json.loads(run("audit", "--json").output)["findings"]
    assert [each["where"].split()[0] for each in findings] == [f"figures/{object_id}.json"]


def test_an_audit_tells_what_is_older_than_its_sealing_and_calls_it_no_damage(
    home: Ledger,
) -> None:
    at = clock.now()
    parties.register("department", "省商务厅", {"reporter": "SWT"}, at=at)
    for row in (PartyActRow, LeafRow, LogRow, CheckpointRow, WaitingRow):
        row.objects.all().delete()  # a house that sealed nothing of its parties
    for path in sealing.folder().rglob("*"):
        if path.is_file() and path.name != "keys":
            path.unlink()
    sealing.prepare()
    told = json.loads(run("audit", "--json").output)
    assert told["ok"], told
    (older,) = told["older_than_their_sealing"]
    assert (older["noun"], older["found"]) == ("parties", {"parties": 1, "codes": 1, "links": 0})
    assert "此前已有的按当日所见封存" in run("audit").output
    PartyRow.objects.update(name="别的厅")
    (finding,) = json.loads(run("audit", "--json").output)["findings"]
    assert finding["where"].startswith("kernel_party/")
