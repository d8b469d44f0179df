"""The ledger summed by any choice of dimensions: what every report that adds up postings is made from."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.queries.dimensions import DIMENSIONS, WHOLE
from reports.queries.lines import frame_of, lines_of, total
from reports.selection import Selection

BROKEN_DOWN = (*DIMENSIONS, "bucket", "here")


def cube(session: Session, selection: Selection, keys: Sequence[str]) -> pd.DataFrame:
    """Sums of the selection's postings by origin, grouped by `keys`: those columns, then `amount` and `forecast`.

    `amount`: grams (Wh where the substance is energy), Int64, signed as posted. `forecast`: 1 where demonstration
    data is among it. One SELECT; where nothing answers, the frame is empty and has all columns. Keys, any of:

    - `source` (collected · addition · unknown), `stream` (the origin's; the batch's for a pseudo-origin),
      `batch_stream`, `product`, `producer_id`, `origin_division`, `origin_month`: where the mass came from
    - `month` (local, of the event), `kind`, `process` (code, empty for other kinds): of the event
    - `site_id`, `organisation_id`, `division`: where it is posted
    - `here_site_id`, `here_division`: where the event happened; `inside` (1 or 0): whether within the selection
    - `account`, `direction` (sign of the posting), `substance`
    - `bucket`, `here`: the selection's breakdown of the place or time of posting, and of where the event happened

    A reversal counts with the moment, kind, process, place and direction of its target. Sites and organisations that
    the reader may not know by name are all called `selection.OTHERS`. A `product` is empty where the selection is
    broken down by stream. Raises ValueError for no key and KeyError for an unknown one.
    """
    if not keys:
        raise ValueError("a cube needs a key")
    if unknown := set(keys) - set(BROKEN_DOWN):
        raise KeyError(sorted(unknown))
    lines = lines_of(selection)
    columns = [lines.c[key] for key in keys]
    query = select(*columns, total(lines.c.amount), func.max(lines.c.forecast)).group_by(*columns)
    names = (*keys, "amount", "forecast")
    return frame_of(session.execute(query), names, whole=[name for name in names if name in WHOLE])
