# SPDX-License-Identifier: Apache-2.0
"""The guide for a new jurisdiction is followed to the letter: what it shows works as it says."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
import pytest_django.fixtures
from click.testing import CliRunner

from architecture.tree import ROOT
from journeys.browser import COMMAND, served
from shangheng.cli import entitlements, jurisdictions, policies
from shangheng.services.incentives.rules.needs import NEEDS

GUIDE = (ROOT / "docs/guides/new-jurisdiction.md").read_text(encoding="utf-8")
FILE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TEXT = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = {
    "jurisdiction": jurisdictions.jurisdiction_command,
    "targets": policies.targets_command,
    "duties": policies.duties_command,
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the guide has its reader write, with the printed text beside it."""
    for name, content in FILE.findall(GUIDE):
        path = tmp_path / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (printed,) = TEXT.findall(GUIDE)
    (tmp_path / "text.txt").write_text(printed, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(line: str) -> list[str]:
    """Return the words of a command as the guide prints it."""
    return line.split()[1:]


def test_the_guide_says_of_every_formula_what_it_takes() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` (\|.*)$", GUIDE, re.MULTILINE))
    assert rows.keys() == NEEDS.keys()
    for formula, needs in NEEDS.items():
        for name in (*needs.printed, *needs.terms, *needs.readings, *needs.counts, *needs.levels):
            assert re.search(rf"\b{name}\b", rows[formula]), (formula, name)


def test_every_command_of_the_guide_answers(place: Path) -> None:
    checks, _ = SHELL.findall(GUIDE)
    for line in checks.splitlines():
        command, *words = typed(line)
        ran = CliRunner().invoke(COMMANDS[command], words)
        assert ran.exit_code == 0, (line, ran.output, ran.exception)
        assert "anhui" in ran.output


def test_the_new_place_has_its_targets_duties_and_lead(place: Path) -> None:
    where = ["--jurisdiction", "anhui", "--folder", "policies", "--json"]
    (target,) = json.loads(CliRunner().invoke(policies.targets_command, where).output)
    assert (target["clause"], target["amount"]) == ("anhui-2016 一", 2_000_000_000_000)
    first, second = json.loads(CliRunner().invoke(policies.duties_command, where).output)
    assert (first["lead"], first["departments"]) == ("省商务厅", ["省商务厅", "省财政厅"])
    assert (second["lead"], second["first_listed"]) == (None, "省财政厅")


def test_a_firm_of_the_new_place_gets_its_award(
    place: Path, settings: pytest_django.fixtures.Settings
) -> None:
    settings.JURISDICTIONS = place / "policies"
    _, shell = SHELL.findall(GUIDE)
    (line,) = (each for each in shell.splitlines() if each.startswith("shangheng entitlements"))
    words = [*typed(line)[1:], "--json"]
    ran = CliRunner().invoke(entitlements.entitlements_command, words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    (award,) = json.loads(ran.output)["provisions"]
    assert (award["verdict"], award["clause"]) == ("yes", "anhui-2016 二(二)")
    assert float(award["amount"]) == 200_000


SHOWN = {
    "/policy/": ("安徽省", "关于发展电子商务的意见"),
    "/policy/?text=名牌产品": ("二(二)",),
    "/policy/documents/anhui-2016/": ("皖商发〔2016〕8号", "建30个省级示范基地"),
    "/policy/targets/": ("电子商务交易额", "2 万亿元"),
    "/policy/brief/": ("电子商务交易额", "没有数据"),
    "/policy/duties/": ("创建示范基地", "支付奖励"),
    "/policy/duties/?department=商务厅": ("省商务厅：该做的每一件事", "牵头"),
    "/policy/duties/matrix/": ("省财政厅",),
    "/policy/compare/": ("安徽省",),
    "/incentives/": ("安徽省",),
}
"""Every page that the guide promises, with what stands there only because of its files."""


def test_the_pages_show_what_the_guide_wrote(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of the guide in a real shell, then its pages from the real server."""
    _, shell = SHELL.findall(GUIDE)
    lines = [each for each in shell.splitlines() if each != "shangheng serve"]
    script = "\n".join(lines).replace("shangheng ", f"{COMMAND} ")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    done = subprocess.run(
        ["/bin/bash", "-ec", script], cwd=place, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "200,000" in done.stdout
    assert "（anhui）" in done.stdout
    monkeypatch.setenv("SHANGHENG_JURISDICTIONS", str(place / "policies"))
    facts = (place / "facts.yaml").read_text(encoding="utf-8")
    with served(place / "home") as address:
        for path, texts in SHOWN.items():
            told = asked(address + quote(path, safe="/?=&"))
            assert all(text in told for text in texts), (path, texts)
        body = {"on": "2017-01-01", "jurisdiction": "anhui"}
        answer = asked(f"{address}/api/v1/entitlements?{urlencode(body)}", facts)
    assert json.loads(answer)["total"] == 200_000


def asked(address: str, facts: str = "") -> str:
    """Return what the server answers; with facts these are posted as a file."""
    request = Request(  # noqa: S310 - our own server
        address, facts.encode() or None, {"Content-Type": "application/yaml"}
    )
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def test_a_clause_or_number_that_the_reader_forgets_is_told(place: Path) -> None:
    text = place / "text.txt"
    printed = text.read_text(encoding="utf-8")
    text.write_text(
        printed.replace("30个", "40个").replace("2016年3月1日", "（三）其他。"), "utf-8"
    )
    check = ["check", "anhui", "--folder", "policies", "--text", "anhui-2016=text.txt"]
    ran = CliRunner().invoke(jurisdictions.jurisdiction_command, check)
    assert ran.exit_code == jurisdictions.FAULTY
    assert "anhui-2016 二(三)" in ran.output
    assert "40个" in ran.output
    assert "anhui/documents/anhui-2016.yaml" in ran.output
