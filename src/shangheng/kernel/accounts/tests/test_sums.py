# SPDX-License-Identifier: Apache-2.0
"""A balance is proved to be part of the published sums, and nothing else is."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.accounts.concept import sums
from shangheng.kernel.accounts.concept.sums import Node, Path, SumProof
from shangheng.kernel.errors import Invalid

SECRET = bytes(range(32))
books = st.dictionaries(
    st.text(min_size=1, max_size=8), st.integers(-(2**63), 2**63), min_size=1, max_size=40
)


def tree(balances: dict[str, int], secret: bytes = SECRET) -> sums.SumTree:
    return sums.tree("CNY", balances.items(), secret)


@given(books)
def test_every_balance_is_proved_and_the_root_is_their_sum(balances: dict[str, int]) -> None:
    made = tree(balances)
    assert made.root.plus == sum(each for each in balances.values() if each > 0)
    assert made.root.minus == -sum(each for each in balances.values() if each < 0)
    for account, balance in balances.items():
        proof = made.proof(account)
        assert proof.balance == balance
        assert sums.verify(proof, made.root)


@given(books, st.data())
def test_no_altered_proof_is_accepted(balances: dict[str, int], data: st.DataObject) -> None:
    made = tree(balances)
    proof = made.proof(data.draw(st.sampled_from(sorted(balances))))
    altered = data.draw(st.sampled_from(list(alterations(proof))))
    assert altered == proof or not sums.verify(altered, made.root)
    for root in (
        replace(made.root, plus=made.root.plus + 1),
        replace(made.root, minus=made.root.minus + 1),
        replace(made.root, hash=bytes(32)),
    ):
        assert not sums.verify(proof, root)


def alterations(proof: SumProof) -> list[SumProof]:
    one, other = proof.paths

    def with_first(path: Path, **more: int) -> SumProof:
        return replace(proof, paths=(path, other), **more)  # type: ignore[arg-type]

    shifted = (replace(one, share=one.share + 1), replace(other, share=other.share - 1))
    found = [
        replace(proof, balance=proof.balance + 1),
        replace(proof, account=proof.account + "x"),
        replace(proof, unit="USD"),
        replace(proof, paths=(one, one)),
        replace(proof, paths=(other, one)),
        replace(proof, paths=shifted),
        with_first(replace(one, share=one.share + 1), balance=proof.balance + 1),
        with_first(replace(one, salt=bytes(32))),
        with_first(replace(one, index=one.index ^ 1)),
        with_first(replace(one, index=one.size)),
        with_first(replace(one, index=-1)),
        with_first(replace(one, size=one.size * 4)),
        with_first(replace(one, beside=())),
        with_first(replace(one, beside=(*one.beside, Node(bytes(32), 0, 0)))),
    ]
    for at, node in enumerate(one.beside):
        for wrong in (
            replace(node, plus=node.plus + 1),
            replace(node, minus=-1),
            replace(node, hash=bytes(32)),
        ):
            beside = (*one.beside[:at], wrong, *one.beside[at + 1 :])
            found.append(with_first(replace(one, beside=beside)))
    return found


def test_an_empty_book_has_a_root_and_no_proofs() -> None:
    made = tree({})
    assert (made.root.plus, made.root.minus) == (0, 0)
    with pytest.raises(Invalid, match=r"proof\.account_absent"):
        made.proof("fund")


def test_no_leaf_of_a_proof_shows_anybodys_balance() -> None:
    balances = {f"a{number}": 1_000_003 * (number + 1) for number in range(50)}
    made = tree(balances)
    leaves = {leaf.plus for leaf in made.levels[0]}
    assert not leaves & set(balances.values())


def test_another_secret_makes_another_tree_and_the_same_one_the_same() -> None:
    balances = {"a": 5, "b": -5}
    assert tree(balances).root == tree(balances).root
    assert tree(balances).root.hash != tree(balances, bytes(32)).root.hash
    with pytest.raises(Invalid, match=r"proof\.secret_length"):
        tree(balances, b"short")


def test_a_balance_that_is_left_out_changes_the_sums() -> None:
    whole, lacking = tree({"a": 5, "b": 7, "w": -12}), tree({"a": 5, "w": -12})
    assert whole.root.plus == whole.root.minus == 12
    assert lacking.root.plus != lacking.root.minus


def test_a_proof_can_be_handed_over_as_json() -> None:
    made = tree({"基金": 5, "b": 7, "w": -12})
    proof = made.proof("基金")
    assert sums.read(json.loads(json.dumps(sums.plain(proof)))) == proof
    told = made.published(datetime(2026, 5, 1, tzinfo=UTC))
    assert (told["plus"], told["minus"], told["root"]) == ("12", "12", made.root.hash.hex())
    good = sums.plain(proof)
    for wrong in ({}, {**good, "paths": good["paths"][:1]}, {**good, "balance": "five"}):
        with pytest.raises(Invalid, match=r"proof\.malformed"):
            sums.read(wrong)
