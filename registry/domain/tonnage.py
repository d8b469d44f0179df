"""Tonnage received for recycling: net weight without what was not asked for, baling wire and what cannot be recycled.

Rule: (net − non-target) × 0.9985 where the load is tied with wire × recyclable proportion; DEFRA/epr-backend,
tonnage received validator (OGL v3). Nothing is rounded: the published figures are exact.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Final

from registry.domain.mass import t_text
from registry.domain.refusals import Refusal
from registry.domain.shares import share_within

WIRE_FACTOR: Final = Decimal("0.9985")
"""0.15 % of a load is the wire it is tied with"""
_PRECISION: Final = 60
"""digits: 16 of the grams, 4 of the wire, 12 of the proportion, and room"""


def tonnage_received(*, net_g: int, non_target_g: int, wire: bool, proportion: Decimal) -> Decimal:
    """Exact tonnes. Refusals: non_target_above_net, share_out_of_range."""
    if non_target_g > net_g:
        raise Refusal("non_target_above_net", net_t=t_text(net_g), non_target_t=t_text(non_target_g))
    with localcontext() as context:
        context.prec = _PRECISION
        tonnes = Decimal(net_g - non_target_g).scaleb(-6)
        found = tonnes * (WIRE_FACTOR if wire else 1) * share_within(proportion, "proportion")
        return found.normalize()
