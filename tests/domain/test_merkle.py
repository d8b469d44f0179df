"""The tree against the published vectors and against RFC 6962's own words, written down naively."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.merkle import (
    EMPTY_ROOT,
    append,
    consistency_proof,
    extends,
    includes,
    inclusion_proof,
    leaf_hash,
    root,
)

# The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


class Shelf:
    """Complete subtrees, written once each."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for size, data in enumerate(leaves):
            for grown in append(size, leaf_hash(data), self.node):
                assert (grown.level, grown.index) not in self.nodes
                self.nodes[grown.level, grown.index] = grown.hash

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + naive(leaves[:half]) + naive(leaves[half:])).digest()


def naive_path(place: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if place < half:
        return [*naive_path(place, leaves[:half]), naive(leaves[half:])]
    return [*naive_path(place - half, leaves[half:]), naive(leaves[:half])]


def naive_growth(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [naive(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if old <= half:
        return [*naive_growth(old, leaves[:half], whole=whole), naive(leaves[half:])]
    return [*naive_growth(old - half, leaves[half:], whole=False), naive(leaves[:half])]


MANY = [str(number).encode() for number in range(130)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert root(size, Shelf(LEAVES).node).hex() == ROOTS[size]


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert root(0, Shelf([]).node) == EMPTY_ROOT


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_roots_and_proofs_are_what_the_rfc_says(leaves: list[bytes], data: st.DataObject) -> None:
    shelf, size = Shelf(leaves), data.draw(st.integers(1, len(leaves)))
    place, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert root(size, shelf.node) == naive(leaves[:size])
    assert inclusion_proof(place, size, shelf.node) == naive_path(place, leaves[:size])
    assert consistency_proof(old, size, shelf.node) == naive_growth(old, leaves[:size])


def test_every_leaf_of_every_size_is_proved_and_no_other_leaf_passes_for_it() -> None:
    shelf = Shelf(MANY)
    for size in (1, 2, 3, 7, 8, 33, 64, 130):
        top = root(size, shelf.node)
        for index in range(size):
            proof = inclusion_proof(index, size, shelf.node)
            leaf = leaf_hash(MANY[index])
            assert includes(leaf=leaf, index=index, size=size, proof=proof, root=top)
            assert not includes(leaf=leaf_hash(b"another"), index=index, size=size, proof=proof, root=top)
            assert not includes(leaf=leaf, index=index, size=size, proof=[*proof, leaf], root=top)
            if proof:
                assert not includes(leaf=leaf, index=index, size=size, proof=proof[:-1], root=top)
                assert not includes(leaf=leaf, index=index ^ 1, size=size, proof=proof, root=top)


def test_every_growth_is_proved_and_a_rewritten_past_is_not() -> None:
    shelf = Shelf(MANY)
    forged = Shelf([b"rewritten", *MANY[1:]])
    for new in (1, 2, 5, 8, 65, 130):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, shelf.node)
            roots = {"old_root": root(old, shelf.node), "new_root": root(new, shelf.node)}
            assert extends(old=old, new=new, proof=proof, **roots)
            past = {**roots, "new_root": root(new, forged.node)}
            assert not extends(old=old, new=new, proof=consistency_proof(old, new, forged.node), **past)
            assert not extends(old=old, new=new, proof=[*proof, EMPTY_ROOT], **roots)


def test_nothing_grows_backwards_and_from_nothing_grows_everything() -> None:
    shelf = Shelf(MANY)
    top = root(9, shelf.node)
    assert consistency_proof(0, 9, shelf.node) == []
    assert extends(old=0, new=9, old_root=EMPTY_ROOT, new_root=top, proof=[])
    assert not extends(old=9, new=8, old_root=top, new_root=top, proof=[])
    with pytest.raises(ValueError, match="do not grow"):
        consistency_proof(9, 8, shelf.node)
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(9, 9, shelf.node)
