"""Organisations' kinds, the roles of accounts, and what each role may do: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ROLES = (
    "anonymous",
    "collector",
    "operator",
    "inspector",
    "producer",
    "pro",
    "regulator",
    "administrator",
)

ORGANISATION_KINDS = (
    "collection_company",
    "dismantler",
    "cascade_user",
    "recycler",
    "remanufacturer",
    "disposer",
    "producer",
    "pro",
    "consortium",
    "inspector",
    "carrier",
    "authority",
)

SITE_KINDS = (
    "collection_point",
    "transfer_station",
    "dismantling_plant",
    "cascade_plant",
    "recycling_plant",
    "remanufacturing_plant",
    "disposal_site",
    "laboratory",
)

_HANDLING = "collect dispatch receive split merge retire stocktake reverse load unload"

_GRANTS = {
    "anonymous": "read.public identifiers.check resolve.public",
    "collector": _HANDLING,
    "operator": f"{_HANDLING} inspect process evidence.issue evidence.act",
    "inspector": "inspect reverse",
    "producer": "market.declare evidence.hold evidence.act",
    "pro": "market.declare evidence.hold evidence.act",
    "regulator": "read.division report.publish evidence.act",
    "administrator": "party.write account.write code.issue read.all market.declare report.publish evidence.act",
}

_SIGNED_IN = "read.public identifiers.check resolve.public resolve read.own report.read account.own"

GRANTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        role: frozenset(
            [f"event.{word}" if "." not in word else word for word in words.split()]
            + (_SIGNED_IN.split() if role != "anonymous" else [])
            + (["event.capture", "code.issue.own"] if role in ("collector", "operator", "inspector") else [])
        )
        for role, words in _GRANTS.items()
    }
)
"""role → operations. A door names the operation it performs; capture asks `event.<kind>` as well."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: an account or a key, its organisation and role. A value, never a row."""

    id: str
    role: str
    kind: str = "user"
    """user · key · anonymous · system"""
    organisation_id: str | None = None
    division_code: str | None = None
    """a regulator's division"""
    site_id: str | None = None
    """where the person usually stands"""
    scopes: frozenset[str] = frozenset({"read", "capture", "report", "admin"})
    """a key's scopes; a person has them all"""
    name: str = ""
    language: str = "zh"

    def may(self, operation: str) -> bool:
        """Whether the role's row of the table, narrowed by the key's scopes, grants the operation."""
        return operation in GRANTS[self.role] and _scope_of(operation) in self.scopes | {"public"}


ANONYMOUS = Actor(id="anonymous", role="anonymous", kind="anonymous", scopes=frozenset())

_SCOPES = {
    "event": "capture",
    "read": "read",
    "resolve": "read",
    "report": "report",
    "party": "admin",
    "account": "admin",
    "code": "capture",
    "market": "capture",
    "evidence": "capture",
}
_PUBLIC = frozenset({"read.public", "identifiers.check", "resolve.public"})


def _scope_of(operation: str) -> str:
    if operation in _PUBLIC:
        return "public"
    return _SCOPES[operation.split(".", 1)[0]]
