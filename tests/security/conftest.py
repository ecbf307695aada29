# SPDX-License-Identifier: Apache-2.0
"""A home with its ledger and its decisions, and people with posts."""

from pathlib import Path

import pytest
import yaml
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.records.store.home import Ledger
from shangheng.site import people, sealing, wiring
from shangheng.site.registry import REGISTRY

PASSWORD = "correct horse battery"  # noqa: S105


@pytest.fixture
def home(tmp_path: Path, settings: Settings, db: None) -> Ledger:
    settings.HOME = tmp_path
    settings.LEDGER = tmp_path / "ledger"
    settings.UPLOADS = tmp_path / "uploads"
    settings.SECRET_KEY_FILE = tmp_path / "secret.key"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    wiring.make_folders()
    sealing.prepare()
    asked = {each.name: 7 for kind in REGISTRY.cases.values() for each in kind.parameters}
    (tmp_path / "decisions.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    return wiring.ledger()


def client_of(name: str, *roles: str, reporter: str = "", csrf: bool = False) -> Client:
    people.make_person(name, PASSWORD, roles=roles, reporter=reporter)
    client = Client(enforce_csrf_checks=csrf)
    assert client.login(username=name, password=PASSWORD)
    return client
