"""What a producer sees: its products in other hands, and the fate of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for

from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor
from registry.services import holdings
from registry.services.holdings import Product
from registry.web import words

PAGE = 20
EXPORT_MOST = 2_000
"""every fate is a walk through the chain: more belongs to a report"""


def index() -> str:
    """The list, latest first, by keyset pages. Refusal cursor_malformed."""
    after = _key(request.args.get("after", ""))
    found = some(after, PAGE)
    last = f"{found[-1].seq},{found[-1].id}" if len(found) == PAGE else None
    return render_template(
        "pages/products.html",
        products=found,
        next_href=url_for("batches.index", after=last) if last else None,
        first_href=url_for("batches.index") if after else None,
    )


def some(after: tuple[int, str] | None, limit: int) -> Sequence[Product]:
    """The next products of the person's organisation."""
    return holdings.products(db.session, actor=current_actor(), after=after, limit=limit)


def every() -> Iterator[Product]:
    """All of them, as far as a file goes."""
    after: tuple[int, str] | None = None
    for _ in range(EXPORT_MOST // PAGE):
        found = some(after, PAGE)
        yield from found
        if len(found) < PAGE:
            return
        after = (found[-1].seq, found[-1].id)


COLUMNS: Mapping[str, Any] = {
    words.N_("编码"): lambda each: " ".join(each.codes),
    words.N_("物料"): lambda each: words.stream_name(each.stream),
    words.N_("品类"): lambda each: words.product_name(each.product),
    words.N_("去向"): lambda each: "; ".join(
        f"{words.fate_name(fate.outcome)} {fate.month} {words.division_name(fate.area)}" for fate in each.fates
    ),
    words.N_("批次标识"): lambda each: each.id,
}


def _key(text: str) -> tuple[int, str] | None:
    seq, _, batch_id = text.partition(",")
    if not text:
        return None
    if not (seq.isascii() and seq.isdigit() and len(seq) < 19 and len(batch_id) <= 36):
        raise Refusal("cursor_malformed")
    return int(seq), batch_id
