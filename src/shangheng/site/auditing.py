# SPDX-License-Identifier: Apache-2.0
"""The audit of the log against this house: batches, ledger, figures, cases, registers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from shangheng.kernel.access import sealing as access
from shangheng.kernel.accounts import proving as hands
from shangheng.kernel.accounts import queries as account_queries
from shangheng.kernel.accounts import sealing as accounts
from shangheng.kernel.cases import proofs as cases
from shangheng.kernel.cases.products import ISSUED as LETTER
from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.evidence import entries, queries, sealing
from shangheng.kernel.evidence.entries import BATCH_TAKEN, LEDGER_COMMITTED, Fact
from shangheng.kernel.evidence.findings import Finding, Objects, Whole, committed, explained
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.exchange import sealing as exchange
from shangheng.kernel.parties import sealing as parties
from shangheng.kernel.records import queries as records
from shangheng.kernel.records import reporters, retained, withdrawals
from shangheng.kernel.records.disposing import BATCH_DISPOSED, DISPOSED
from shangheng.kernel.records.store import archive, versions
from shangheng.kernel.records.store.committing import HASHES, REJECTS
from shangheng.kernel.records.store.disposal import remains
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import proofs as registers
from shangheng.site import accounts as people
from shangheng.site import exchange_audit, ledger_audit, officers_audit, sealed_figures, wiring
from shangheng.site import sealing as house
from shangheng.site.ledger_rows import Rows
from shangheng.site.proving import CONFIRMED, batch_secret
from shangheng.site.registry import REGISTRY


def objects(home: Ledger, folder: Path) -> Objects:
    """Return what the audit asks about this house's batches and its ledger.

    `folder` keeps what is read of the ledger; an audit that goes on finds there what was read.
    """
    rows = [Rows(home, kind, folder) for kind in REGISTRY.held.values()]
    return Objects(
        checks={
            BATCH_TAKEN: partial(_check_batch, home),
            LEDGER_COMMITTED: partial(ledger_audit.check_version, home),
            sealed_figures.PUBLISHED: _check_figure,
            CONFIRMED: _check_confirmation,
            DISPOSED: _check_disposal,
            BATCH_DISPOSED: partial(_check_disposed, home),
        },
        expected=partial(_expected, home),
        parts=(
            parties.unlike_their_acts,
            *(part for each in rows for part in each.parts()),
            _check_columns,
            partial(explained, "case.", cases.sealed_steps),
            partial(explained, LETTER, cases.sealed_letters),
            partial(cases.unlike_their_steps, REGISTRY.cases, region=wiring.place().region),
            partial(
                explained,
                "register.",
                registers.sealed_versions,
                besides=(CONFIRMED, officers_audit.LOOKED),
            ),
            registers.unlike_their_versions,
            partial(explained, "unit.", accounts.sealed_units),
            partial(explained, "account.", accounts.sealed_accounts),
            partial(explained, accounts.BOOKED, accounts.sealed_postings),
            partial(explained, hands.POSTED, hands.sealed_by_hand, since=_since(hands.POSTINGS)),
            partial(hands.unlike_the_books, home.master_key),
            _check_balances,
            partial(explained, withdrawals.WITHDRAWN, withdrawals.sealed),
            partial(explained, "party.", parties.sealed_acts),
            partial(explained, "reporter.", reporters.sealed),
            partial(explained, "records.", officers_audit.sealed_holds, besides=(DISPOSED,)),
            partial(explained, "answer.", officers_audit.sealed_links),
            partial(officers_audit.unlike_their_answers, home),
            officers_audit.looks_unlike_their_leaves,
            *_of_exchange(),
            *_of_access(),
            *(partial(ledger_audit.check_files, home, kind) for kind in REGISTRY.held.values()),
        ),
        wholes=tuple(comparison for each in rows for comparison in each.comparisons()),
    )


def _of_exchange() -> tuple[Whole, ...]:
    return (
        partial(explained, exchange.ADOPTED, exchange_audit.sealed_agreements),
        exchange_audit.parcels_unlike_their_leaves,
        partial(explained, exchange.ENDED, exchange.sealed_ends),
        partial(explained, exchange.DELIVERED, exchange.sealed_deliveries),
        partial(explained, exchange.ANSWERED, exchange.sealed_answers),
        partial(explained, exchange.RECEIVED, exchange.sealed_received),
        exchange.replays_unlike_their_leaves,
    )


def _of_access() -> tuple[Whole, ...]:
    return (
        partial(explained, "post.", access.sealed_posts),
        partial(explained, "token.", access.sealed_tokens),
        partial(explained, "person.", access.sealed_people, since=_since(access.PEOPLE)),
        people.unlike_their_acts,
    )


def _since(noun: str) -> Callable[[], int]:
    """Tell which leaf is the first of which all is kept; those before are told of by number."""
    return partial(queries.began, noun)


def _expected(home: Ledger) -> Iterator[tuple[str, str]]:
    for folder in records.folders():
        yield BATCH_TAKEN, folder
    for object_id in sealed_figures.sealed():
        yield sealed_figures.PUBLISHED, object_id
    for number in registers.confirmed_by_another():
        yield CONFIRMED, number
    for number, folders in retained.disposed():
        yield DISPOSED, number
        yield from ((BATCH_DISPOSED, folder) for folder in folders)
    for kind in REGISTRY.held:
        for table in versions.TABLES:
            for version in range(versions.latest(home.root / table / kind) + 1):
                yield LEDGER_COMMITTED, versions.name_of(table, kind, version)


def _check_balances() -> Iterator[Finding]:
    """Recount the books: what each account has must be what its sealed transfers say."""
    told = account_queries.audit()
    for name, codes in asdict(told).items():
        table = "kernel_unit" if name == "unbalanced_units" else "kernel_account"
        for code in codes:
            yield Finding(f"{table}/{code}", "evidence.row_differs", {"column": name})


def _check_confirmation(leaf: Leaf) -> Iterator[Finding]:
    number = int(entries.parse(leaf.entry).facts["version"])
    content = registers.confirmation(leaf.object_id, number)
    where = f"kernel_register_version/{leaf.object_id} {number}"
    yield from committed(leaf, entries.canonical(content), where)


def _check_figure(leaf: Leaf) -> Iterator[Finding]:
    content = sealed_figures.content_of(leaf.object_id)
    yield from committed(leaf, content, f"figures/{leaf.object_id}.json")


def _check_batch(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Compare a batch's leaf with its receipt, row, record hashes and archived bytes."""
    where = f"batches/{leaf.object_id}"
    facts = entries.parse(leaf.entry).facts
    plain = _receipt_file(home, leaf.object_id)
    if plain is None:
        yield Finding(f"{where}/receipt.json", "evidence.document_malformed", {"part": "receipt"})
    else:
        yield from committed(leaf, entries.canonical(plain), f"{where}/receipt.json")
    yield from _check_row(leaf, plain or {})
    if queries.leaves_of(leaf.object_id, BATCH_DISPOSED):
        return
    yield from _tried(f"{where}/hashes.bin", partial(_check_root, home, leaf.object_id, facts))
    archived = home.archive(leaf.object_id)
    for sealed in (archived, *sorted(archived.parent.glob(f"{leaf.object_id}.*.sealed"))):
        yield from _tried(
            f"archive/{sealed.name}", partial(_check_archive, home, sealed, plain or {})
        )
    if (rejects := home.batch(leaf.object_id) / REJECTS).exists():
        yield from _tried(f"{where}/{REJECTS}", partial(_check_rejects, home, rejects))


def _check_disposal(leaf: Leaf) -> Iterator[Finding]:
    """Compare the leaf of a disposal with its row and the batches that say that they went."""
    where = f"kernel_disposal/{leaf.object_id}"
    content = retained.disposal_content(leaf.object_id)
    if content is None:
        yield Finding(where, "evidence.file_missing", {"path": where})
        return
    yield from committed(leaf, entries.canonical(content), where)


def _check_disposed(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Check that nothing is left of a batch that was disposed of, and that its row says so."""
    where = f"batches/{leaf.object_id}"
    told = retained.disposal_of_batch(leaf.object_id)
    if told != entries.parse(leaf.entry).facts["disposal"]:
        yield Finding(
            f"kernel_batch/{leaf.object_id}", "evidence.row_differs", {"column": "disposal"}
        )
    for path in remains(home, leaf.object_id):
        yield Finding(f"{where}/{path.name}", "evidence.content_left", {"path": path.name})


def _receipt_file(home: Ledger, object_id: str) -> dict[str, Any] | None:
    try:
        plain = house.sealed_receipt(home, object_id)
        entries.canonical(plain)
    except (ValueError, ShanghengError):
        return None
    return plain if isinstance(plain, dict) else None


def _tried(where: str, check: partial[str]) -> Iterator[Finding]:
    """Make a finding of what a check raises or tells."""
    try:
        wrong = check()
    except ShanghengError as error:
        yield Finding(where, error.code, error.facts)
    except FileNotFoundError:
        yield Finding(where, "evidence.file_missing", {"path": where})
    else:
        if wrong:
            yield Finding(where, "evidence.row_differs", {"column": wrong})


def _check_row(leaf: Leaf, plain: dict[str, Any]) -> Iterator[Finding]:
    """Compare the receipt in a batch's row with what was sealed; name where it leaves its file."""
    where = f"kernel_batch/{leaf.object_id}"
    now = records.receipt_in_row(leaf.object_id)
    if now is None:
        yield Finding(where, "batch.unknown", {"batch": leaf.object_id})
        return
    try:
        fits = not list(committed(leaf, entries.canonical(now), where))
    except (ShanghengError, ValueError):  # no number or letter that is ever sealed
        fits = False
    if not fits:
        told = now if isinstance(now, dict) else {}
        wrong = sorted(name for name in plain if told.get(name) != plain[name]) or ["receipt"]
        yield Finding(where, "evidence.row_differs", {"column": ", ".join(wrong)})


def _check_columns() -> Iterator[Finding]:
    """Compare the columns of every batch's row with the receipt that stands in it."""
    for object_id in records.rows_unlike_their_receipts():
        facts: dict[str, Fact] = {"column": "kind, digest, bytes, counts, received_at"}
        yield Finding(f"kernel_batch/{object_id}", "evidence.row_differs", facts)


def _check_root(home: Ledger, object_id: str, facts: Mapping[str, Fact]) -> str:
    """Return the name of what differs in the batch's tree, or nothing."""
    hashes = home.batch(object_id) / HASHES
    sealed = sealing.seal_records(hashes, batch_secret(home, object_id))
    return (
        "" if (sealed.root.hex(), sealed.records) == (facts["root"], facts["records"]) else "root"
    )


def _check_rejects(home: Ledger, path: Path) -> str:
    """Open what was given back; a byte that was altered keeps it from being opened."""
    for _ in archive.unsealed(path, master_key=home.master_key):
        pass
    return ""


def _check_archive(home: Ledger, path: Path, receipt: Mapping[str, Any]) -> str:
    """Return what differs in the archived bytes; that they open proves them whole."""
    digest, size = sha256(), 0
    for piece in archive.unsealed(path, master_key=home.master_key):
        digest.update(piece)
        size += len(piece)
    if size != receipt.get("bytes"):  # several files were joined: their digests are one digest
        return ""
    return "" if f"sha256:{digest.hexdigest()}" == receipt.get("digest") else "digest"
