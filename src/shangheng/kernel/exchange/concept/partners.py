# SPDX-License-Identifier: Apache-2.0
"""Partners (往来单位): how each is reached, what it understands, whose signature it has.

    partner: tax
    zh: 税务局
    en: Tax bureau
    way: folder                     # push | folder | sftp | s3 | pull
    address: /srv/exchange/tax      # of a push: where parcels are posted
    form: csv                       # json | lines | csv | parquet
    encoding: gb18030
    token: …                        # sent with every push, if the partner gave us one
    authority: /etc/ssl/gov.pem     # of its certificate, where the system does not know it
    user: shangheng                 # of sftp and s3: as whom we come
    columns: {order_no: 订单号, paid: 金额}
    values: {mode: {B2C: "1", B2B: "2"}}

Files are laid down in a folder, at ``sftp://host:port/folder`` (there ``identity`` is the file of
our key, or ``token`` the password, and ``authority`` the file of known hosts), or in a bucket, at
``https://endpoint/bucket/folder`` of whatever speaks S3 (``user`` and ``token`` are its keys).

A partner that is not Shangheng is told in its own columns and codes, and read by ``mappings``: by
kind, the mapping of that name in the home. One that sends parcels has ``keys``, as its
``/log/keys`` gives them; ``reporter`` is the code under which its records come in.
"""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from shangheng.kernel.errors import Invalid
from shangheng.kernel.exchange.concept.agreements import NAME, wrong_shapes

WAYS = ("push", "folder", "sftp", "s3", "pull")
REGION = "us-east-1"
"""What stores that have no regions take for one."""
FORMS = ("json", "lines", "csv", "parquet")
SHAPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(
        (
            "partner",
            "zh",
            "en",
            "way",
            "address",
            "form",
            "encoding",
            "token",
            "authority",
            "keys",
            "reporter",
            "user",
            "identity",
            "region",
        ),
        (str, "须为文字 must be a text"),
    ),
    **dict.fromkeys(("columns", "values", "mappings"), (Mapping, "须为键值 must be a table")),
    "timeout_s": (int, "须为整数 must be a whole number"),
}
TIMEOUT_S = 10


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Whom we exchange with."""

    name: str
    zh: str
    en: str
    way: str = "pull"
    address: str = ""
    form: str = "json"
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    authority: str = ""
    keys: str = ""
    reporter: str = ""
    user: str = ""
    identity: str = ""
    region: str = REGION
    timeout_s: int = TIMEOUT_S

    def translated(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a shared record in the partner's own columns and codes."""
        told = {}
        for name, value in record.items():
            codes = self.values.get(name)
            told[self.columns.get(name, name)] = codes.get(value, value) if codes else value
        return told


def parse(plain: Mapping[str, Any]) -> Partner:
    """Return a partner as declared.

    Raises:
        Invalid: it cannot be one (``partner.wrong``), with every reason.
    """
    wrong = list(wrong_shapes(plain, SHAPES, ("partner", "zh", "en"))) or list(_problems(plain))
    if wrong:
        raise Invalid("partner.wrong", partner=str(plain.get("partner", "?")), wrong=wrong)
    values = {
        str(name): {str(code): str(told) for code, told in codes.items()}
        for name, codes in plain.get("values", {}).items()
    }
    texts = {
        name: str(plain[name])
        for name in (
            "way", "address", "form", "encoding", "token", "authority", "keys", "reporter", "user",
            "identity", "region",
        )
        if name in plain
    }  # fmt: skip
    return Partner(
        name=str(plain["partner"]), zh=str(plain["zh"]), en=str(plain["en"]),
        columns={str(n): str(c) for n, c in plain.get("columns", {}).items()}, values=values,
        mappings={str(n): str(m) for n, m in plain.get("mappings", {}).items()},
        timeout_s=plain.get("timeout_s", TIMEOUT_S), **texts,
    )  # fmt: skip


def _problems(plain: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(str(plain.get("partner", ""))):
        yield "partner: 须为小写字母、数字、连字符 must be lower-case letters, digits, hyphens"
    way, address = plain.get("way", "pull"), str(plain.get("address", ""))
    if way not in WAYS or plain.get("form", "json") not in FORMS:
        yield f"way: {' | '.join(WAYS)}; form: {' | '.join(FORMS)}"
    if way == "folder" and not address:
        yield "address: 缺少 missing"
    if way in ("push", "s3") and not address.startswith(("https://", "http://")):
        yield "address: 须以 http:// 或 https:// 开头 must begin with http:// or https://"
    yield from _drop_problems(plain, way, urlsplit(address))
    if plain.get("timeout_s", TIMEOUT_S) < 1:
        yield "timeout_s: 从 1 起 begins with 1"
    yield from _mapping_problems(plain)


def _drop_problems(plain: Mapping[str, Any], way: str, address: SplitResult) -> Iterator[str]:
    needs = {"sftp": ("user", "authority"), "s3": ("user", "token")}.get(way, ())
    for name in needs:
        if not plain.get(name):
            yield f"{name}: 缺少 missing"
    if way == "sftp" and (address.scheme != "sftp" or not address.hostname):
        yield "address: 须为 must be sftp://host:port/folder"
    if way == "sftp" and not (plain.get("identity") or plain.get("token")):
        yield "identity: 须有密钥文件或 token 口令 a key file, or a password as token"
    if way == "s3" and not address.path.strip("/"):
        yield "address: 缺少存储桶 lacks the bucket"


def _mapping_problems(plain: Mapping[str, Any]) -> Iterator[str]:
    values, columns = plain.get("values", {}), plain.get("columns", {})
    if not all(isinstance(codes, Mapping) for codes in values.values()):
        yield "values: 每个字段一张对照表 one table of codes for each field"
    if len(set(columns.values())) < len(columns):
        yield "columns: 两个字段同列 two fields in one column"
    try:
        codecs.lookup(str(plain.get("encoding", "utf-8")))
    except LookupError:
        yield f"encoding: {plain['encoding']} 未知 unknown"
