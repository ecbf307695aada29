# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

from click.testing import CliRunner

from shangheng.cli import province
from shangheng.cli.setup import simulate_command
from shangheng.simulate.mistakes import MISTAKES


def test_a_simulated_province_is_drawn_from_its_own_truth(tmp_path: Path) -> None:
    wish = ["--orders", "2000", "--days", "5", "--jurisdiction", "hunan", "--explain", "--json"]
    told = CliRunner().invoke(simulate_command, [str(tmp_path / "box"), *wish])
    assert told.exit_code == 0, told.output
    page = Path(json.loads(told.output)["page"]).read_text(encoding="utf-8")
    totals = json.loads((tmp_path / "box" / "truth" / "totals.json").read_text(encoding="utf-8"))
    largest = max(float(row["paid"]["CNY"]) for row in totals["order"]["by_seller_city"].values())
    assert "湖南省：2,000 单" in page
    assert f"{largest:,.2f}" in page
    assert page.count('class="map ') == len(totals["order"]["by_seller_city"])
    assert page.count("<svg") == 4
    assert "自买自卖的刷单圈" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_every_mistake_has_a_name_that_people_understand() -> None:
    assert {each.code for each in MISTAKES} <= set(province.WHAT)
