"""The calculators as a page for everybody: check a published rate, plan a year. The address holds the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask_babel import gettext

from registry.domain import scheme_words
from registry.domain.periods import local_date
from registry.domain.schemes import (
    OBLIGATION,
    RECOVERY_RATES,
    CollectionRate,
    Scheme,
    collection_rate,
    recovery_rates,
    scheme_for,
    schemes,
)
from registry.extensions import limiter
from registry.http.auth import keeper
from registry.web import owed, words
from registry.web.refusals import say
from registry.web.typed import Typed

pages = Blueprint("calculators", __name__)

LIMIT: Final = "120 per minute"
MASSES: Final = ("collected", *RECOVERY_RATES.values())
_HINTS: Final = {
    "collected": words.N_("收集到的总量，是每个比率的分母"),
    "treated": words.N_("送去处理的"),
    "recovered": words.N_("再使用、再生利用和能源化利用"),
    "recycled_and_reused": words.N_("不含能源化利用"),
    "recycled": words.N_("只含再生利用"),
}
OFFSETS: Final = tuple(sorted({offset for each in schemes() for offset in each.window}, reverse=True))
"""every year that any scheme looks at, the year of collection first"""


@pages.get("/calculators")
@keeper("read.public")
@limiter.limit(LIMIT)
def index() -> tuple[str, int]:
    """All calculators; the one that was asked shows its answer."""
    asked = request.args.get("ask", "")
    year = request.args.get("year", str(local_date(datetime.now(UTC)).year)).strip()
    typed = Typed(request.args)
    found = _ANSWERS[asked](typed) if asked in _ANSWERS else {}
    errors = {name: say(refusal) for name, refusal in typed.refusals.items()}
    page = render_template(
        "pages/calculators.html",
        asked=asked,
        values={"owed_year": year, **request.args, "year": year},
        errors=errors,
        schemes=[(each.code, _named(each)) for each in schemes()],
        sources=list(dict.fromkeys([*schemes(), *schemes(OBLIGATION)])),
        offsets=[(f"market{-offset}", _year_name(year, offset)) for offset in OFFSETS],
        masses=[(name, _upper(name), gettext(_HINTS[name])) for name in MASSES],
        owed_for=owed.choices(),
        **({} if errors else found),
    )
    return page, 422 if errors else 200


def _collection(typed: Typed) -> dict[str, Any]:
    code = typed.choice("scheme", [each.code for each in schemes()], required=True)
    year = typed.year("year", required=True)
    collected_g = typed.tonnes("collected_t", required=True)
    market = {-offset: typed.tonnes(f"market{-offset}") for offset in OFFSETS}
    if typed.refusals or code is None or year is None or collected_g is None:
        return {}
    by_year = {year - back: grams for back, grams in market.items() if grams is not None}
    known: list[tuple[Scheme, CollectionRate]] = [
        (
            scheme,
            collection_rate(scheme=scheme, year=year, collected_g=collected_g, placed_on_market_g=by_year),
        )
        for scheme in (scheme_for(each, year) for each in dict.fromkeys(each.code for each in schemes()))
    ]
    chosen = next(each for each in known if each[0].code == code)
    return {
        "collection": _shown_rate(*chosen, year, by_year, collected_g),
        # The same figures by the other windows: what taking the wrong one would have said.
        "others": [_shown_rate(*each, year, by_year, collected_g) for each in known if each is not chosen],
    }


def _shown_rate(
    scheme: Scheme, rate: CollectionRate, year: int, by_year: Mapping[int, int], collected_g: int
) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "name": _named(scheme),
        "rate": None if rate.rate_percent is None else f"{rate.rate_percent:f}",
        "window": [(each, by_year[each]) for each in rate.window],
        "missing": [each for each in scheme.years(year) if each not in rate.window],
        "collected_g": collected_g,
        "findings": _sentences(rate.findings),
    }


def _recovery(typed: Typed) -> dict[str, Any]:
    masses = {f"{name}_g": typed.tonnes(f"{name}_mass", required=True) for name in MASSES}
    if typed.refusals:
        return {}
    found = recovery_rates(**{name: grams or 0 for name, grams in masses.items()})
    return {
        "recovery": [(_upper(name), None if rate is None else f"{rate:f}") for name, rate in found.rates.items()],
        "recovery_findings": _sentences(found.findings),
    }


_ANSWERS: Final = {
    "collection": _collection,
    "recovery": _recovery,
    "obligation": owed.obligation_of,
    "tonnage": owed.tonnage_of,
}


def _sentences(findings: Sequence[Any]) -> list[str]:
    return [_capital(scheme_words.said(each, words.language_now())) for each in findings]


def _upper(key: str) -> str:
    return _capital(scheme_words.word(key, words.language_now()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(scheme: Scheme) -> str:
    name = words.named(scheme)
    return name if scheme.enabled else str(gettext("%(name)s · 未生效", name=name))


def _year_name(year: str, offset: int) -> str:
    """The year a field is about: by its number where the year of collection is known, else by its distance."""
    if year.isascii() and year.isdigit() and len(year) == 4:
        return str(int(year) + offset)
    return str(gettext("收集年") if offset == 0 else gettext("收集年前第 %(count)s 年", count=-offset))
