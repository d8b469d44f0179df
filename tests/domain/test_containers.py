"""Containers carry batches and post nothing: load and unload."""

from __future__ import annotations

from registry.domain.case import Case
from registry.domain.events import Load, Unload
from registry.domain.ledger import BatchState
from tests.domain.cases import batch, case, decide, refused


def boxed(*batches: BatchState, inside: tuple[BatchState, ...] = ()) -> Case:
    return case(*batches, contained={"cage": inside}, container_ids={"cage": "cage-id"})


def test_loading_and_unloading_post_nothing() -> None:
    loaded = decide(boxed(batch("b", 5)), "load", Load(container="cage", batches=("b",)))
    assert (loaded.postings, [move.after.container_id for move in loaded.moves]) == ((), ["cage-id"])
    emptied = decide(boxed(inside=(batch("b", 5, container="cage-id"),)), "unload", Unload(container="cage"))
    assert (emptied.postings, [move.after.container_id for move in emptied.moves]) == ((), [None])


def test_a_container_is_loaded_where_it_stands_and_by_who_holds_what_is_in_it() -> None:
    word = Load(container="cage", batches=("b",))
    refused("wrong_site", decide, boxed(batch("b", 5), inside=(batch("c", 5, site="elsewhere"),)), "load", word)
    refused(
        "wrong_site", decide, boxed(batch("b", 5), inside=(batch("c", 5, status="transit", to="there"),)), "load", word
    )
    refused("not_yours", decide, boxed(batch("b", 5), inside=(batch("c", 5, holder="them"),)), "load", word)
    refused("not_yours", decide, boxed(batch("b", 5, holder="them")), "load", word)


def test_nothing_is_no_load_and_twice_is_once_too_often() -> None:
    refused("schema_invalid", decide, boxed(), "load", Load(container="cage", batches=()))
    refused(
        "duplicate_batch_in_event", decide, boxed(batch("b", 5)), "load", Load(container="cage", batches=("b", "b"))
    )


def test_only_what_is_in_a_container_comes_out_of_it() -> None:
    refused("container_empty", decide, boxed(), "unload", Unload(container="cage"))
    wrong = boxed(batch("c", 5), inside=(batch("b", 5, container="cage-id"),))
    refused("not_in_container", decide, wrong, "unload", Unload(container="cage", batches=("c",)))
