# SPDX-License-Identifier: Apache-2.0
"""A parcel's content in the form that a partner reads, and its slip."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from shangheng.kernel.evidence import notes
from shangheng.kernel.evidence.notes import Signer
from shangheng.kernel.exchange.concept.parcels import ACT, RECORD, SEQUENCE, Slip
from shangheng.kernel.exchange.concept.partners import Partner

SUFFIX = {"json": "json", "lines": "ndjson", "csv": "csv", "parquet": "parquet"}
MEDIA = {
    "json": "application/json", "lines": "application/x-ndjson", "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}  # fmt: skip


@dataclass(frozen=True)
class Wrapped:
    """A parcel ready to go: the bytes, and the signed slip that goes with them."""

    slip: Slip
    note: str
    body: bytes

    @property
    def name(self) -> str:
        """Return the name of the file in which it lies where there are files."""
        slip = self.slip
        return f"{slip.agreement}.{slip.edition}.{slip.number:09}.{SUFFIX[slip.form]}"


def wrapped(
    slip: Callable[[str, str], Slip], lines: bytes, partner: Partner, signer: Signer
) -> Wrapped:
    """Return a content as a partner reads it; ``slip`` makes the slip of form and body digest."""
    body = _BODIES[partner.form](lines, partner)
    made = slip(partner.form, hashlib.sha256(body).hexdigest())
    return Wrapped(made, notes.sign(made.text(), signer), body)


def records_of(lines: bytes) -> Iterator[dict[str, Any]]:
    """Give the records of JSON lines."""
    return (json.loads(line) for line in lines.splitlines())


def _lines(lines: bytes, partner: Partner) -> bytes:
    if not partner.columns and not partner.values:
        return lines
    told = (json.dumps(each, ensure_ascii=False) for each in _translated(lines, partner))
    return "".join(f"{line}\n" for line in told).encode(partner.encoding)


def _json(lines: bytes, partner: Partner) -> bytes:
    return b"[" + b",\n".join(_lines(lines, partner).splitlines()) + b"]\n"


def _translated(lines: bytes, partner: Partner) -> Iterator[dict[str, Any]]:
    return (partner.translated(record) for record in records_of(lines))


def _columns(records: Sequence[Mapping[str, Any]], partner: Partner) -> list[str]:
    first = [partner.columns.get(name, name) for name in (SEQUENCE, ACT, RECORD)]
    return list(dict.fromkeys([*first, *(name for record in records for name in record)]))


def _csv(lines: bytes, partner: Partner) -> bytes:
    """Write a table as spreadsheets read it; formulas were refused at the door (E009)."""
    records = list(_translated(lines, partner))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _columns(records, partner), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(records)
    text = out.getvalue()
    is_utf8 = partner.encoding.lower().replace("-", "") == "utf8"
    return text.encode("utf-8-sig" if is_utf8 else partner.encoding, "xmlcharrefreplace")


def _parquet(lines: bytes, partner: Partner) -> bytes:
    records = list(_translated(lines, partner))
    number = partner.columns.get(SEQUENCE, SEQUENCE)
    columns = {
        name: pa.array(
            [record.get(name) for record in records],
            pa.int64() if name == number else pa.string(),
        )
        for name in _columns(records, partner)
    }
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out, compression="zstd")
    return out.getvalue()


_BODIES: dict[str, Callable[[bytes, Partner], bytes]] = {
    "json": _json, "lines": _lines, "csv": _csv, "parquet": _parquet,
}  # fmt: skip
