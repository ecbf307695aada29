# SPDX-License-Identifier: Apache-2.0
"""The forms in which data is shared: files of four kinds, a partner's own, yes or no, over TLS."""

import csv
import io
import json
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyarrow import parquet

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, answering, delivering
from shangheng.kernel.exchange.delivering import Wanted
from shangheng.kernel.exchange.models import SubscriptionRow
from shangheng.kernel.exchange.tests.builders import AT, Provider, agreed, partner, provider
from shangheng.kernel.exchange.tests.subscriber import listening, pushed_to


def test_a_parcel_comes_as_json_lines_csv_or_parquet_with_a_slip_for_each(
    house: Provider,
) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1, 2)
    house.cut()

    def got(form: str) -> bytes:
        found = delivering.fetch(house.office, Wanted("orders", 1, "suzhou", form), at=AT)
        assert found.slip.form == form
        return found.body

    expected = {"N000001", "N000002"}
    assert {each["order_no"] for each in json.loads(got("json"))} == expected
    assert {json.loads(each)["order_no"] for each in got("lines").splitlines()} == expected
    rows = csv.DictReader(io.StringIO(got("csv").decode("utf-8-sig")))
    assert {each["order_no"] for each in rows} == expected
    table = parquet.read_table(io.BytesIO(got("parquet")))
    assert {*table["order_no"].to_pylist()} == expected


def test_a_partner_that_is_not_shangheng_finds_files_in_its_own_columns_and_codes(
    tmp_path: Path, db: None
) -> None:
    folder = tmp_path / "drop"
    told = {
        "way": "folder", "address": str(folder), "form": "csv", "encoding": "gb18030",
        "columns": {"order_no": "订单号", "paid": "金额", "platform": "平台"},
        "values": {"platform": {"P01": "某平台"}},
    }  # fmt: skip
    house = provider(tmp_path, partner(**told))  # type: ignore[arg-type]
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.cut()
    assert house.deliver().delivered == 1
    (path,) = folder.glob("*.csv")
    assert path.with_name(path.name + ".slip").exists()
    (row,) = csv.DictReader(io.StringIO(path.read_bytes().decode("gb18030")))
    assert (row["订单号"], row["金额"], row["平台"]) == ("N000001", "100.0000", "某平台")


def test_where_yes_or_no_is_enough_no_record_leaves(house: Provider) -> None:
    told = {"discloses": "match", "fields": None, "asked_by": ["order_no"], "asks_a_day_max": 4}
    actions.adopt(agreed(**told), at=AT)
    house.report(1)
    house.report(2, region="320506")
    assert house.cut() == 0

    def ask(*numbers: str) -> list[bool]:
        rows = [{"order_no": each} for each in numbers]
        return answering.answer(house.office, "orders", rows, receiver="suzhou", at=house.at)

    assert ask("N000001", "N000002", "N000009") == [True, False, False]
    with pytest.raises(NotPermitted, match="asked_enough"):
        ask("N000001", "N000002")
    with pytest.raises(Invalid, match="question_wrong"):
        answering.answer(house.office, "orders", [{"paid": "1"}], receiver="suzhou", at=AT)
    house.later(days=1)
    assert ask("N000001") == [True]
    assert LeafRow.objects.filter(what="exchange.answered").count() == 2


def test_a_yes_or_no_is_asked_with_a_whole_time_and_a_divisions_six_digits(
    house: Provider,
) -> None:
    names = ["ordered_at", "due_on", "region"]
    told = {"discloses": "match", "fields": None, "asked_by": names, "asks_a_day_max": 9}
    actions.adopt(agreed(**told), at=AT)
    house.report(1, ordered_at="2026-11-11 10:00:00", due_on="2026-11-12")

    def ask(*values: str) -> list[bool]:
        rows = [dict(zip(names, values, strict=True))]
        return answering.answer(house.office, "orders", rows, receiver="suzhou", at=AT)

    right = ("2026-11-11 10:00:00", "2026-11-12", "320583")
    assert ask(*right) == [True]
    for place, wrong in ((0, "2026-11-11"), (1, "2026-11"), (2, "320583001"), (1, "2026-11-31")):
        values = [*right]
        values[place] = wrong
        with pytest.raises(Invalid) as refused:
            ask(*values)
        assert refused.value.facts["field"] == names[place]
        assert refused.value.facts["example"] in ("2026-05-10 10:00:00", "2026-05-10", "320583")


def certified(folder: Path, *, until: datetime) -> tuple[ssl.SSLContext, Path]:
    """Return a server's side of a certificate that holds until then, and its public half."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(until)
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / f"{until.year}.pem", folder / f"{until.year}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


@pytest.mark.parametrize(("year", "taken"), [(2021, False), (2090, True)])
def test_a_subscriber_whose_certificate_has_expired_gets_nothing(
    tmp_path: Path, db: None, *, year: int, taken: bool
) -> None:
    context, public = certified(tmp_path, until=datetime(year, 1, 1, tzinfo=UTC))
    with listening(context=context) as subscriber:
        house = pushed_to(tmp_path, subscriber, authority=str(public))
        house.report(1)
        house.cut()
        assert house.deliver().delivered == taken
        assert subscriber.seen == [1] * taken
    assert ("expired" in SubscriptionRow.objects.get().trouble) != taken


def test_a_certificate_that_was_renewed_is_trusted_without_a_restart(
    tmp_path: Path, db: None
) -> None:
    context, public = certified(tmp_path, until=datetime(2021, 1, 1, tzinfo=UTC))
    with listening(context=context) as subscriber:
        house = pushed_to(tmp_path, subscriber, authority=str(public))
        house.report(1)
        house.cut()
        assert house.deliver().troubled == 1
        _, renewed = certified(tmp_path, until=datetime(2090, 1, 1, tzinfo=UTC))
        context.load_cert_chain(renewed, renewed.with_suffix(".key"))
        house.later(hours=1)
        assert house.deliver().troubled == 1  # nobody has told the house of it yet
        public.write_bytes(renewed.read_bytes())
        house.later(hours=1)
        assert house.deliver().delivered == 1
        assert subscriber.seen == [1]
