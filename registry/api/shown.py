"""Examples of answers: what the lists and views of the story told in `examples` look like."""

from __future__ import annotations

from registry.api.examples import EVENTS, POINT_SITE, RECEIPT

POINT = {
    "site_id": POINT_SITE,
    "name_zh": "云岩回收点",
    "name_en": "Yunyan collection point",
    "kind": "collection_point",
    "division_code": "520102",
    "organisation_id": "0198c000-0000-7000-8000-00000000000a",
    "organisation_zh": "云岩回收公司",
    "organisation_en": "Yunyan Collection",
}
_LINE = {
    "id": EVENTS["collect"]["id"],
    "seq": 1,
    "kind": "collect",
    "status": "booked",
    "site": POINT,
    "organisation": {"id": POINT["organisation_id"], "name_zh": "云岩回收公司", "name_en": "Yunyan Collection"},
    "occurred_at": "2025-03-01T01:00:00.000Z",
    "recorded_at": "2025-03-01T01:00:02.000Z",
    "findings": [],
}
EVENTS_PAGE = {"items": [_LINE], "next": "WyIxIl0"}
EVENT = {
    **_LINE,
    "details": EVENTS["collect"]["details"],
    "clock_offset_ms": 120,
    "sha256": RECEIPT["sha256"],
    "recorded_by_loader": False,
    "batches": RECEIPT["batches"],
    "target_id": None,
    "reversed_by": None,
    "private": EVENTS["collect"]["private"],
    "carried": None,
}
_OWNER = {"id": POINT["organisation_id"], "name_zh": "云岩回收公司", "name_en": "Yunyan Collection"}
_B1 = "0198c000-0000-7000-8000-000000000b01"
_BATCH_LINE = {
    "id": _B1,
    "code": "0DDAAJMCDW",
    "stream": "power_battery",
    "product": "LFP",
    "status": "stock",
    "mass_kg": "412.5",
    "place": POINT,
    "to": None,
    "container_id": None,
    "container_code": None,
    "holder_id": POINT["organisation_id"],
    "last_seq": 1,
}
BATCHES_PAGE = {"items": [_BATCH_LINE], "next": None}
_ORIGIN = {
    "kind": "collected",
    "stream": "power_battery",
    "product": "LFP",
    "producer": None,
    "division_code": "520102",
    "month": "2025-03",
    "amounts": {"mass": "412.5", "energy": "48.2", "lithium": "5.109"},
}
BATCH = {
    "id": _B1,
    "sight": "full",
    "code": "0DDAAJMCDW",
    "stream": "power_battery",
    "product": "LFP",
    "status": "stock",
    "travelling": False,
    "place": POINT,
    "to": None,
    "holder": _OWNER,
    "producer": None,
    "container": None,
    "mass_kg": "412.5",
    "codes": [
        {"scheme": "registry", "value": "0DDAAJMCDW", "live": True},
        {"scheme": "serial", "value": "GZPACK0001", "live": True},
    ],
    "contents": [
        {"substance": "mass", "amount": "412.5", "basis": "weighed", "known": True},
        {"substance": "energy", "amount": "48.2", "basis": "declared", "known": True},
        {"substance": "lithium", "amount": "5.109", "basis": "estimated", "known": False},
    ],
    "origins": [_ORIGIN],
    "fates": [],
    "last_seq": 1,
}
ORIGINS = {"items": [_ORIGIN], "next": None}
STORY = {
    "items": [
        {
            "full": True,
            "event_id": EVENTS["collect"]["id"],
            "seq": 1,
            "kind": "collect",
            "status": "booked",
            "role": "out",
            "site": POINT,
            "organisation": _OWNER,
            "to": None,
            "occurred_at": "2025-03-01T01:00:00.000Z",
            "recorded_at": "2025-03-01T01:00:02.000Z",
            "mass_kg": "412.5",
            "change_kg": "412.5",
            "batch_status": "stock",
            "findings": [],
            "late": False,
            "reversed_by": None,
            "target_id": None,
            "notes": {"note": "左侧外壳有凹痕"},
        },
        {"full": False, "outcome": "cascade", "month": "2025-06", "area": "520100"},
    ],
    "next": None,
}
ACTIONS = {
    "items": [
        {
            "kind": "dispatch",
            "name_zh": "发运",
            "name_en": "Dispatch",
            "allowed": True,
            "reason": None,
            "detail": None,
            "facts": {},
            "choices": [],
        },
        {
            "kind": "receive",
            "name_zh": "接收",
            "name_en": "Receive",
            "allowed": False,
            "reason": "wrong_state",
            "detail": "批次 — 现在的状态是 stock。",
            "facts": {"status": "stock", "wanted": ["transit"]},
            "choices": [],
        },
    ]
}
TRACE = {
    "batch_id": _B1,
    "direction": "forward",
    "truncated": False,
    "nodes": [
        {
            "key": _B1,
            "step": 0,
            "batch_id": _B1,
            "code": "0DDAAJMCDW",
            "stream": "power_battery",
            "product": "LFP",
            "status": "closed",
            "place": POINT,
            "mass_kg": "0",
            "accounts": {},
            "fate": {"outcome": "consumed", "month": "2025-03", "area": "520100"},
        },
        {
            "key": "beyond-1",
            "step": 1,
            "batch_id": None,
            "code": None,
            "stream": None,
            "product": None,
            "status": None,
            "place": None,
            "mass_kg": None,
            "accounts": {},
            "fate": {"outcome": "cascade", "month": "2025-06", "area": "520100"},
        },
    ],
    "edges": [
        {
            "source": _B1,
            "target": "beyond-1",
            "kind": None,
            "event_id": None,
            "occurred_month": "2025-03",
            "mass_kg": "300",
        }
    ],
}
_BALANCE = {"account": "stock", "site": POINT, "substance": "mass", "unit": "kg", "amount": "412.5"}
BALANCES = {"items": [{**_BALANCE, "stream": "power_battery"}], "next": None}
ENTRY = {
    "event_id": EVENTS["collect"]["id"],
    "seq": 1,
    "reverses_seq": None,
    "lines": [
        {**_BALANCE, "account": "origin:end_of_life", "amount": "-412.5", "line": 0, "batch_id": _B1},
        {**_BALANCE, "line": 1, "batch_id": _B1},
    ],
}
_TYRE = {"code": "tyre", "name_zh": "废旧轮胎", "name_en": "Used tyres"}
STREAMS = {
    "items": [
        {
            **_TYRE,
            "batch_max_kg": "30000",
            "elements": ["iron", "zinc"],
            "mixes_with": [],
            "advice_zh": "请勿露天焚烧。",
            "advice_en": "Never burn it in the open.",
        }
    ],
    "next": None,
}
PROCESSES = {
    "items": [
        {
            "code": "crumb",
            "name_zh": "橡胶粉",
            "name_en": "Crumb rubber",
            "streams": ["tyre"],
            "requires_role": "operator",
            "outdated": False,
            "outputs": [
                {
                    "product": "crumb_rubber",
                    "to": "recycle",
                    "stream": None,
                    "name_zh": "橡胶粉",
                    "name_en": "Crumb rubber",
                }
            ],
        }
    ],
    "next": None,
}
OUTCOMES = {
    "items": [
        {
            "code": "cascade",
            "name_zh": "梯次利用",
            "name_en": "Cascade use",
            "rank": 2,
            "custody_kept": True,
            "counts_as_recycling": True,
            "counts_as_recovery": True,
        }
    ],
    "next": None,
}
SUBSTANCES = {
    "items": [{"code": "lithium", "name_zh": "锂", "name_en": "Lithium", "unit": "g", "symbol": "Li"}],
    "next": None,
}
DIVISIONS = {
    "items": [
        {
            "code": "520102",
            "name_zh": "南明区",
            "name_en": "Nanming",
            "level": "county",
            "parent_code": "520100",
        }
    ],
    "next": None,
}
RULES = {
    "items": [
        {
            "kind": "norm",
            "rule": "battery_norm_2024",
            "name": "再生利用 锂回收率",
            "product": ["power_battery"],
            "jurisdiction": "CN",
            "process": ["hydrometallurgy"],
            "indicator": "recovery:lithium",
            "event": [],
            "actors": [],
            "comparator": ">=",
            "value": "90",
            "unit": "%",
            "valid_from": "2024-12-01",
            "valid_to": None,
            "assumed_from": True,
            "assumed_to": False,
            "instrument": "规范条件(2024年本) 公告2024年第42号",
            "source": "…",
            "verified": True,
            "enabled": True,
            "reason": "",
            "note": "",
        }
    ],
    "next": None,
}
