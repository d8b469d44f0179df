"""An append-only Merkle tree after RFC 6962 §2.1: roots, proofs, and how anybody checks them.

The tree is kept as its complete subtrees: `node(level, index)` is the hash over the leaves
`index · 2^level … (index + 1) · 2^level − 1`. Such a node never changes once written, so a shelf that only appends can
hold it; everything else is put together from these in O(log n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()

Node = Callable[[int, int], bytes]
"""(level, index) → the hash of that complete subtree"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grown:
    """One complete subtree that an appended leaf made."""

    level: int
    index: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; its prefix keeps it from ever being taken for an inner node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(size: int, leaf: bytes, node: Node) -> Iterator[Grown]:
    """The subtrees that become complete when `leaf` (its hash) is the next after `size` leaves, the leaf first."""
    level, index, made = 0, size, leaf
    yield Grown(level=0, index=index, hash=made)
    while index % 2:
        made = node_hash(node(level, index - 1), made)
        level, index = level + 1, index // 2
        yield Grown(level=level, index=index, hash=made)


def root(size: int, node: Node) -> bytes:
    """The root over the first `size` leaves."""
    return _over(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1: what leaf `index` needs to lead to the root over `size` leaves, from the leaf up.

    ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _half(high - low)
        if index < middle:
            path.append(_over(middle, high, node))
            high = middle
        else:
            path.append(_over(low, middle, node))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF of RFC 6962 §2.1.2: that the tree over `new` leaves begins with the tree over `old`.

    ValueError where the sizes are no two sizes of one growing tree.
    """
    if not 0 <= old <= new:
        raise ValueError(f"{old} leaves do not grow to {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while high != old:
        middle = low + _half(high - low)
        if old <= middle:
            path.append(_over(middle, high, node))
            high = middle
        else:
            path.append(_over(low, middle, node))
            low, whole = middle, False
    return [*([] if whole else [_over(low, high, node)]), *path[::-1]]


def includes(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf's hash to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(step, found)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = node_hash(found, step)
        place, last = place // 2, last // 2
    return last == 0 and found == root


def extends(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree with `new_root` begins with the one with `old_root` (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not proof and (old_root == (new_root if old else EMPTY_ROOT))
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place // 2, last // 2
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            after = node_hash(after, step)
        place, last = place // 2, last // 2
    return last == 0 and before == old_root and after == new_root


def _half(width: int) -> int:
    """The largest power of two below the width: where RFC 6962 splits."""
    return int(1 << ((width - 1).bit_length() - 1))


def _over(low: int, high: int, node: Node) -> bytes:
    """The hash over leaves low … high − 1, `low` being where RFC 6962 would split."""
    width = high - low
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, low >> level)
    middle = low + _half(width)
    return node_hash(_over(low, middle, node), _over(middle, high, node))
