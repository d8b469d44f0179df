"""The calculators of producers on the page: what a scheme asks for, and what a load counts as received."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext

from registry.domain import scheme_words
from registry.domain.obligations import Obligation, materials_of, obligation, rule_for
from registry.domain.refusals import Refusal
from registry.domain.schemes import LAST_YEAR, OBLIGATION, scheme_for, schemes
from registry.domain.tonnage import tonnage_received
from registry.web import words
from registry.web.typed import Typed

_FIELDS: Final = {
    "days_out_of_range": "days",
    "scheme_not_by_days": "days",
    "sub_target_not_in_scheme": "remelt_target",
    "non_target_above_net": "non_target_t",
}
"""refusal → the field it is said at; those that name their field find it themselves"""


def choices() -> list[tuple[str, str]]:
    """Scheme and material in one choice: `uk-packaging:glass`."""
    found = []
    for code in dict.fromkeys(each.code for each in schemes(OBLIGATION)):
        scheme = scheme_for(code, LAST_YEAR, OBLIGATION)
        for material in materials_of(code):
            name = [words.named(scheme), words.named(rule_for(code, material, LAST_YEAR))]
            if not scheme.enabled:
                name.append(gettext("不是法规"))
            found.append((f"{code}:{material}", " · ".join(name)))
    return found


def obligation_of(typed: Typed) -> dict[str, Any]:
    """The obligation that was asked for; slips stand at their fields."""
    chosen = typed.choice("owed_for", [value for value, _ in choices()], required=True)
    year = typed.year("owed_year", required=True)
    base_g = typed.tonnes("tonnage_t", required=True)
    target, sub_target = typed.share("target"), typed.share("remelt_target")
    days = typed.count("days")
    if typed.refusals or chosen is None or year is None or base_g is None:
        return {}
    scheme, material = chosen.split(":")
    try:
        found = obligation(
            rule=rule_for(scheme, material, year),
            year=year,
            base_g=base_g,
            target=target,
            sub_target=sub_target,
            days=days,
        )
    except Refusal as refusal:
        typed.refuse(_field_of(refusal), refusal)
        return {}
    return {"owed": _shown(found), "owed_scheme": scheme_for(scheme, year, OBLIGATION)}


def _shown(found: Obligation) -> dict[str, Any]:
    spoken = words.language_now()
    return {
        "name": words.named(found.rule),
        "year": found.year,
        "obligation_g": found.obligation_g,
        "parts": [(scheme_words.part_name(part, spoken), grams) for part, grams in found.parts.items()],
        "steps": [(scheme_words.step_said(each, spoken), each.formula, each.result_g) for each in found.steps],
        "due_on": found.rule.due_on(found.year),
    }


def tonnage_of(typed: Typed) -> dict[str, Any]:
    """What the load counts as received."""
    net_g = typed.tonnes("net_t", required=True)
    non_target_g = typed.tonnes("non_target_t") or 0
    proportion = typed.share("proportion", required=True)
    if typed.refusals or net_g is None or proportion is None:
        return {}
    try:
        tonnes: Decimal = tonnage_received(
            net_g=net_g,
            non_target_g=non_target_g,
            wire=typed.values.get("wire") == "yes",
            proportion=proportion,
        )
    except Refusal as refusal:
        typed.refuse(_field_of(refusal), refusal)
        return {}
    return {"received_t": f"{tonnes:,f}"}


def _field_of(refusal: Refusal) -> str:
    return str(refusal.facts.get("field") or _FIELDS.get(refusal.code, ""))
