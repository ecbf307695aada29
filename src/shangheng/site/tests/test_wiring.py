# SPDX-License-Identifier: Apache-2.0
import stat
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.fixtures import Settings

from shangheng.kernel.errors import Invalid, NotFound, Unavailable
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import databases, mappings, people, wiring


def test_the_keys_of_a_home_can_be_read_by_its_owner_only(
    home: Ledger, settings: Settings
) -> None:
    for path in (Path(settings.SECRET_KEY_FILE), wiring.master_key_file()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = home.master_key
    wiring.prepare()
    assert wiring.ledger().master_key == key
    assert len(key) == 32


def test_a_home_that_was_not_prepared_says_so(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = settings.LEDGER = tmp_path / "nowhere"
    with pytest.raises(Unavailable) as refused:
        wiring.ledger()
    assert refused.value.code == "home.not_prepared"


def test_decisions_are_read_again_when_they_change(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    assert "cell-minimum" not in wiring.decisions()
    path = tmp_path / "decisions.yaml"
    path.write_text("cell-minimum: 5\n", encoding="utf-8")
    assert wiring.decisions()["cell-minimum"] == 5
    path.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(Invalid):
        wiring.decisions()


def test_the_default_database_is_a_file_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    told = databases.parse("", home=tmp_path)
    assert told["NAME"] == str(tmp_path / "rows.sqlite3")
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert told["OPTIONS"]["timeout"] == 30
    assert "journal_mode=WAL" in told["OPTIONS"]["init_command"]


def test_a_database_address_is_taken_apart(tmp_path: Path) -> None:
    told = databases.parse("postgresql://me:p%40ss@db.example:5433/shangheng", home=tmp_path)
    assert told["ENGINE"].endswith("postgresql")
    assert (told["USER"], told["PASSWORD"], told["HOST"]) == ("me", "p@ss", "db.example")
    assert (told["PORT"], told["NAME"]) == ("5433", "shangheng")
    assert databases.parse("sqlite:////data/x.db", home=tmp_path)["NAME"] == "/data/x.db"
    assert databases.parse("sqlite:///x.db", home=tmp_path)["NAME"] == "x.db"
    with pytest.raises(Invalid):
        databases.parse("mysql://x", home=tmp_path)


def test_a_mapping_is_found_by_a_plain_name_only(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    for name in ("none", "../secret", "a/b", ""):
        with pytest.raises(NotFound):
            mappings.find(name)
    with pytest.raises(Invalid):
        mappings.read("a: [")


def test_only_true_and_false_are_truths_in_a_mapping() -> None:
    told = mappings.read("{on: no, y: [yes, off], region: true, flag: False, at: 7}")
    assert told == {"on": "no", "y": ["yes", "off"], "region": True, "flag": False, "at": 7}


@pytest.mark.django_db
def test_a_role_that_does_not_exist_is_not_given() -> None:
    with pytest.raises(Invalid):
        people.make_person("x", "y", roles=("king",))


def test_a_home_of_an_older_version_is_told_apart(home: Ledger) -> None:
    del home
    wiring.refuse_outdated()
    MigrationRecorder.Migration.objects.filter(app="kernel").order_by("pk").last().delete()
    with pytest.raises(Unavailable) as refused:
        wiring.refuse_outdated()
    assert refused.value.code == "home.outdated"
