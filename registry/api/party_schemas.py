"""The shapes of organisations, sites, licences, keys and the caller itself."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from registry.domain.parties import ORGANISATION_KINDS, ROLES, SITE_KINDS
from registry.http.fields import DecimalText, Moment
from registry.http.paging import PageArgs
from registry.services.keys import SCOPES

ID = "0198c000-0000-7000-8000-0000000000a0"
SITE = "0198c000-0000-7000-8000-0000000000a1"
_CREATED = "2025-01-02T01:30:00.000Z"


def _text(example: str, description: str = "", **more: Any) -> fields.String:
    return fields.String(metadata={"example": example, "description": description}, **more)


class OrganisationSchema(Schema):
    """A party of the loop."""

    id = _text(ID, dump_only=True)
    uscc = _text("91520100MA6DK0001X", "统一社会信用代码, GB 32100", load_default=None, allow_none=True)
    name_zh = _text("示例再生资源有限公司", required=True)
    name_en = _text("Example Resources Co.", "the Chinese name where left out", load_default=None, allow_none=True)
    kind = _text("collection_company", f"one of {', '.join(ORGANISATION_KINDS)}", required=True)
    illustrative = fields.Boolean(load_default=False, metadata={"description": "invented, for demonstrations"})
    created_at = Moment(dump_only=True)


class OrganisationsSchema(Schema):
    """A page of organisations."""

    items = fields.List(fields.Nested(OrganisationSchema))
    next = fields.String(allow_none=True)


class OrganisationQuery(PageArgs):
    """Which organisations."""

    kind = fields.String(load_default=None, validate=validate.OneOf(ORGANISATION_KINDS))


class SiteSchema(Schema):
    """A place where batches are."""

    id = _text(SITE, dump_only=True)
    organisation = fields.String(attribute="organisation_id", required=True, metadata={"example": ID})
    name_zh = _text("示例观山湖回收网点", required=True)
    name_en = _text("Example Guanshanhu Point", load_default=None, allow_none=True)
    kind = _text("collection_point", f"one of {', '.join(SITE_KINDS)}", required=True)
    division_code = _text("520115", "county of the site, GB/T 2260", required=True)
    streams = fields.List(
        fields.String(),
        attribute="takes",
        load_default=list,
        metadata={"example": ["power_battery"], "description": "taken there"},
    )
    longitude = DecimalText(load_default=None, allow_none=True, metadata={"example": "106.626"})
    latitude = DecimalText(load_default=None, allow_none=True, metadata={"example": "26.646"})
    illustrative = fields.Boolean(load_default=False)
    closed_at = Moment(dump_only=True, allow_none=True)
    created_at = Moment(dump_only=True)


class SitesSchema(Schema):
    """A page of sites."""

    items = fields.List(fields.Nested(SiteSchema))
    next = fields.String(allow_none=True)


class SiteQuery(PageArgs):
    """Which sites."""

    organisation = fields.String(load_default=None)
    scope = fields.String(
        load_default="all",
        validate=validate.OneOf(("all", "own")),
        metadata={"description": "own: those whose affairs the caller sees (its own; a regulator's division)"},
    )


class LicenceSchema(Schema):
    """What a site may do, from when to when: `valid_to` is the first day without it."""

    id = _text("0198c000-0000-7000-8000-0000000000c1", dump_only=True)
    site = fields.String(attribute="site_id", dump_only=True, metadata={"example": SITE})
    number = _text("黔环许〔2024〕001号", required=True)
    process = _text("hydrometallurgy", "a process code, or * for all", required=True)
    valid_from = fields.Date(required=True, metadata={"example": "2024-01-01"})
    valid_to = fields.Date(load_default=None, allow_none=True, metadata={"example": "2029-01-01"})


class LicencesSchema(Schema):
    """All licences of a site."""

    items = fields.List(fields.Nested(LicenceSchema))


class LicenceEndSchema(Schema):
    """When a licence ends."""

    valid_to = fields.Date(required=True, metadata={"example": "2026-04-01", "description": "the first day without it"})


class KeySchema(Schema):
    """A key without its secret."""

    id = _text("0198c000-0000-7000-8000-0000000000d1", dump_only=True)
    prefix = _text("3fJ0aQx1", "what people see of it", dump_only=True)
    name = _text("称重系统", required=True)
    organisation = fields.String(attribute="organisation_id", dump_only=True, allow_none=True, metadata={"example": ID})
    role = fields.String(dump_only=True, validate=validate.OneOf(ROLES), metadata={"example": "collector"})
    division_code = fields.String(dump_only=True, allow_none=True)
    scopes = fields.List(
        fields.String(),
        required=True,
        metadata={"example": ["read", "capture"], "description": f"of {', '.join(SCOPES)}"},
    )
    created_at = Moment(dump_only=True)
    revoked_at = Moment(dump_only=True, allow_none=True)


class NewKeySchema(KeySchema):
    """A key as it is handed over: `key` is shown this once."""

    key = _text("hl_3fJ0aQx1…", "send it as `Authorization: Bearer …`", dump_only=True)


class KeysSchema(Schema):
    """A page of keys."""

    items = fields.List(fields.Nested(KeySchema))
    next = fields.String(allow_none=True)


class MeSchema(Schema):
    """Who the caller is and what it may do."""

    id = _text(ID)
    kind = _text("key", "user or key")
    name = _text("称重系统")
    role = _text("collector")
    organisation = fields.Nested(OrganisationSchema, allow_none=True)
    division_code = fields.String(allow_none=True)
    site = fields.String(allow_none=True, metadata={"description": "where the person usually stands"})
    scopes = fields.List(fields.String())
    language = _text("zh")
    operations = fields.List(fields.String(), metadata={"example": ["event.collect", "read.own"]})
    sites = fields.List(fields.Nested(SiteSchema), metadata={"description": "where it may capture"})


ORGANISATION = {
    "id": ID,
    "uscc": None,
    "name_zh": "示例再生资源有限公司",
    "name_en": "Example Resources Co.",
    "kind": "collection_company",
    "illustrative": True,
    "created_at": _CREATED,
}
NEW_ORGANISATION = {"name_zh": "示例再生资源有限公司", "name_en": "Example Resources Co.", "kind": "collection_company"}
