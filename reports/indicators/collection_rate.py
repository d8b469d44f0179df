"""The catalogue's entry of the collection rate: collected over the mean of what was placed on the market."""

from __future__ import annotations

from typing import Final

from reports.collection import BREAKDOWNS, collection
from reports.entry import Entry
from reports.queries.market import collected_and_placed
from reports.render.collection import COLLECTION, collection_table
from reports.tabular import About
from reports.words import COLLECTION_TITLE, DEFINITIONS

ENTRY: Final = Entry(
    about=About(
        name="collection_rate",
        title=COLLECTION_TITLE,
        group="duties",
        question={
            "zh": "卖出去的产品，收回来了几成？",
            "en": "Which share of what was sold has been collected?",
        },
        definition=DEFINITIONS["collection"],
        source="registry/data/schemes.csv",
    ),
    query=collected_and_placed,
    frame=collection,
    table=collection_table,
    manner=COLLECTION,
    breakdowns=BREAKDOWNS,
    filters=("scheme",),
    opens=False,
)
