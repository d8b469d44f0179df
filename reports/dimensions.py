"""What rows are named by: for each dimension its column, the words of its codes, and the order of its codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from registry.domain.refusals import Refusal
from registry.domain.streams import process, processes, streams
from registry.domain.substances import SUBSTANCES
from reports import words
from reports.columns import Column
from reports.tabular import Named

_SOURCES: Final = {code: place for place, code in enumerate(words.SOURCES)}
_NO_PROCESS: Final = {"zh": "非工序", "en": "no process"}


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """`words_of` a code; sites and organisations are named by the ledger, so theirs come with the answer."""

    zh: str
    en: str
    words_of: Callable[[str], words.Words]
    place_of: Callable[[str], Any] = str


def _plain(code: str) -> words.Words:
    return {"zh": code, "en": code}


def process_words(code: str) -> words.Words:
    """The process's name; what no process posted says so; the code itself where the table does not know it."""
    if not code:
        return _NO_PROCESS
    try:
        found = process(code)
    except Refusal:
        return _plain(code)
    return {"zh": found.name_zh, "en": found.name_en}


@cache
def _places(table: str) -> Mapping[str, int]:
    codes = {
        "stream": [each.code for each in streams()],
        "process": [each.code for each in processes()],
        "substance": [each.code for each in SUBSTANCES],
    }[table]
    return MappingProxyType({code: place for place, code in enumerate(codes)})


def _in(table: str) -> Callable[[str], tuple[int, str]]:
    return lambda code: (_places(table).get(code, len(_places(table))), code)


DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(
    {
        "stream": Dimension(zh="物料", en="Stream", words_of=words.stream_words, place_of=_in("stream")),
        "product": Dimension(zh="品类", en="Product", words_of=lambda code: _plain(code) if code else words.UNNAMED),
        "area": Dimension(zh="地区", en="Area", words_of=words.division_words),
        "month": Dimension(zh="月份", en="Month", words_of=_plain),
        "quarter": Dimension(zh="季度", en="Quarter", words_of=_plain),
        "year": Dimension(zh="年份", en="Year", words_of=_plain),
        "site": Dimension(zh="站点", en="Site", words_of=_plain),
        "organisation": Dimension(zh="单位", en="Organisation", words_of=_plain),
        "process": Dimension(zh="工序", en="Process", words_of=process_words, place_of=_in("process")),
        "source": Dimension(zh="来源", en="Source", words_of=words.SOURCES.__getitem__, place_of=_SOURCES.__getitem__),
        "substance": Dimension(zh="物质", en="Substance", words_of=words.substance_words, place_of=_in("substance")),
    }
)


def column_of(dimension: str) -> Column:
    """The column that names rows by it."""
    found = DIMENSIONS[dimension]
    return Column(key=dimension, words={"zh": found.zh, "en": found.en}, kind="named")


def named(dimension: str, code: str, names: Mapping[str, words.Words]) -> Named:
    """A code with its name; `names` are those the ledger knows."""
    return Named(code=code, words=names.get(code) or DIMENSIONS[dimension].words_of(code))


def place_of(dimension: str, code: str) -> Any:
    """What a code is sorted by."""
    return DIMENSIONS[dimension].place_of(code)
