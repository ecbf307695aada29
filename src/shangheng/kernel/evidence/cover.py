# SPDX-License-Identifier: Apache-2.0
"""The cover sheet of a bundle: who, what, when and how to verify, in Chinese and English.

Here as a page of plain HTML without script; the assembly prints the same facts on paper.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from shangheng.kernel.evidence.merkle import leaf_hash

_STYLE = (
    "body{font:15px/1.6 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}dt{color:#555;margin-top:.6em}dd{margin:0;overflow-wrap:anywhere}"
    "code{font-family:monospace;overflow-wrap:anywhere}table{border-collapse:collapse}"
    "td{padding:.15em 1em .15em 0;vertical-align:top}"
)
HOW = (
    ("在浏览器中打开 verify.html，选择本压缩包；页面不发送任何数据。",
     "Open verify.html in a browser and choose this zip; the page sends nothing."),
    ("或执行 python verify.py 压缩包 公钥文件；只需 Python 与 cryptography。",
     "Or run python verify.py ZIP KEYS; it needs Python and cryptography only."),
    ("或执行 shangheng verify 压缩包 --keys 公钥文件。",
     "Or run shangheng verify ZIP --keys KEYS."),
    ("时间戳可用 openssl ts -verify -in checkpoint.tsr -data checkpoint -CAfile keys 核对。",
     "The time stamp: openssl ts -verify -in checkpoint.tsr -data checkpoint -CAfile keys."),
    ("公钥请从主管部门网站 /log/keys 另行取得，不要只信任包内所附。",
     "Get the keys from /log/keys of the official site; do not trust only those inside."),
)  # fmt: skip


@dataclass(frozen=True)
class Cover:
    """What stands on the cover: title and lines of Chinese label, English label, value."""

    zh: str
    en: str
    lines: Sequence[tuple[str, str, str]]


def lines_of(cover: Cover, files: Mapping[str, bytes]) -> tuple[tuple[str, str, str], ...]:
    """Return what the cover of a bundle with these files says, line by line."""
    entry = json.loads(files["entry.json"])
    origin, size, root, *_ = files["checkpoint"].decode().split("\n")
    return (
        *cover.lines,
        ("封存时间", "Sealed at", str(entry["at"])),
        ("事项", "What", f"{entry['what']} · {entry['object']}"),
        ("条目哈希", "Leaf hash", leaf_hash(files["entry.json"]).hex()),
        ("日志", "Log", origin),
        ("检查点", "Checkpoint", f"{size} · {root}"),
    )


def written(cover: Cover, files: Mapping[str, bytes]) -> bytes:
    """Return the cover sheet of a bundle with these files."""
    lines = lines_of(cover, files)
    facts = "".join(
        f"<dt>{escape(zh)} {escape(en)}</dt><dd><code>{escape(value)}</code></dd>"
        for zh, en, value in lines
    )
    how = "".join(f"<li>{escape(zh)}<br>{escape(en)}</li>" for zh, en in HOW)
    listed = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{len(data):,} B</td>"
        f"<td><code>{sha256(data).hexdigest()}</code></td></tr>"
        for name, data in sorted(files.items())
    )
    page = (
        '<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        f"<title>{escape(cover.zh)} {escape(cover.en)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(cover.zh)}<br>{escape(cover.en)}</h1><dl>{facts}</dl>"
        f"<h2>如何核验 How to verify</h2><ol>{how}</ol>"
        f"<h2>文件 Files</h2><table>{listed}</table></body></html>\n"
    )
    return page.encode()
