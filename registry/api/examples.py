"""The examples of the API's description: one event of each kind, which in this order tell a true story.

They are posted one after another by a test, so none of them can go stale. The parties of the story: a collection
point in 520102 that sends to a plant in 520103; the code `YFR6F0DTHH` is on a label issued to the point.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

POINT_SITE = "0198c000-0000-7000-8000-0000000000a1"
PLANT_SITE = "0198c000-0000-7000-8000-0000000000b1"
LABEL = "YFR6F0DTHH"


def _batch(number: int) -> str:
    return f"0198c000-0000-7000-8000-000000000b{number:02d}"


def _event(number: int, kind: str, site: str, minute: int, details: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"0198c000-0000-7000-8000-000000000e{number:02d}",
        "kind": kind,
        "site": site,
        "occurred_at": f"2025-03-01T09:{minute:02d}:00+08:00",
        "details": dict(details),
        **more,
    }


EVENTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        event["kind"]: event
        for event in (
            _event(
                1,
                "collect",
                POINT_SITE,
                0,
                {
                    "stream": "power_battery",
                    "product": "LFP",
                    "mass_kg": "412.5",
                    "measured": "weighed",
                    "batch_id": _batch(1),
                    "capacity_kwh": "48.2",
                    "codes": [{"scheme": "serial", "value": "GZ-PACK-0001"}],
                },
                clock_offset_ms=120,
                private={"note": "左侧外壳有凹痕", "vehicle": "贵A12345"},
            ),
            _event(2, "stocktake", POINT_SITE, 5, {"batch": _batch(1), "mass_kg": "412.2", "reason": "scale"}),
            _event(3, "load", POINT_SITE, 10, {"container": LABEL, "batches": [_batch(1)]}),
            _event(4, "unload", POINT_SITE, 12, {"container": LABEL}),
            _event(
                5,
                "dispatch",
                POINT_SITE,
                15,
                {"batches": [_batch(1)], "to_site": PLANT_SITE, "price_yuan": "1250.00"},
            ),
            _event(
                6,
                "receive",
                PLANT_SITE,
                30,
                {
                    "lines": [
                        {
                            "batch": _batch(1),
                            "mass_kg": "412",
                            "reason": "scale",
                            "refused_kg": "12",
                            "refusal_reason": "进水",
                        }
                    ]
                },
                after=["0198c000-0000-7000-8000-000000000e05"],
            ),
            _event(
                7,
                "inspect",
                PLANT_SITE,
                35,
                {
                    "batch": _batch(1),
                    "grade": "B",
                    "state_of_health_percent": "81.5",
                    "capacity_kwh": "39.2",
                    "contents_kg": {"lithium": "4.9"},
                    "passed": True,
                },
            ),
            _event(
                8,
                "split",
                PLANT_SITE,
                40,
                {
                    "batch": _batch(1),
                    "children": [
                        {"mass_kg": "150", "batch_id": _batch(2)},
                        {"mass_kg": "250", "batch_id": _batch(3)},
                    ],
                },
            ),
            _event(9, "merge", PLANT_SITE, 45, {"batches": [_batch(2), _batch(3)], "batch_id": _batch(4)}),
            _event(
                10,
                "process",
                PLANT_SITE,
                50,
                {
                    "process": "test_regroup",
                    "inputs": [{"batch": _batch(4), "mass_kg": "400"}],
                    "additions": [{"material": "busbar", "mass_kg": "2.5", "contents_kg": {"copper": "2.5"}}],
                    "outputs": [
                        {"mass_kg": "300", "to": "cascade", "product": "second_life_pack", "batch_id": _batch(5)},
                        {"mass_kg": "101.5", "to": "stock", "product": "not_passed", "batch_id": _batch(6)},
                    ],
                },
            ),
            _event(
                11,
                "retire",
                PLANT_SITE,
                55,
                {"batch": _batch(5), "mass_kg": "100", "weighed_kg": "99.8", "reason": "scale"},
            ),
            _event(
                12,
                "reverse",
                PLANT_SITE,
                58,
                {"event": "0198c000-0000-7000-8000-000000000e11", "reason": "登记错了批次"},
            ),
        )
    }
)
"""event kind → a whole event; dictionary order is the order of the story"""

RECEIPT: Mapping[str, Any] = MappingProxyType(
    {
        "id": EVENTS["collect"]["id"],
        "seq": 1,
        "kind": "collect",
        "status": "booked",
        "recorded_at": "2025-03-01T01:00:02.000Z",
        "sha256": "5f2d7c1f7d0a4f6a6b6f0f5b8f6f3b4f1c6b2d9e8a7c5d3b1f0e9d8c7b6a5948",
        "batches": [
            {"batch_id": _batch(1), "code": "0DDAAJMCDW", "role": "out", "mass_kg": "412.5", "status": "stock"}
        ],
        "findings": [],
    }
)

CREATED = {"id": RECEIPT["id"], "status": "created", "receipt": dict(RECEIPT)}
EXISTS = {"id": RECEIPT["id"], "status": "exists", "receipt": dict(RECEIPT)}
_REJECTED_ID = "0198c000-0000-7000-8000-000000000e91"


def _problem(code: str, status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, "code": code, **more}


NOT_YOURS = _problem("not_yours", 403, "这不是您的批次", "这个批次由别的组织持有。", instance="/api/v1/events")
CONFLICT = _problem(
    "event_conflict",
    409,
    "事件编号已用于别的内容",
    "同一编号不能登记两种内容；请用新的编号。",
    instance="/api/v1/events",
)
TOO_PRECISE = _problem(
    "mass_too_precise",
    422,
    "小数位太多",
    "千克最多三位小数（到克）。",
    instance="/api/v1/events",
    errors=[{"path": "details.mass_kg", "code": "mass_too_precise", "detail": "千克最多三位小数（到克）。"}],
)
UNKNOWN_FIELD = _problem(
    "schema_invalid",
    422,
    "内容不符合格式",
    "请改正下面列出的各项：details.mass",
    instance="/api/v1/events",
    errors=[{"path": "details.mass", "code": "schema_invalid", "detail": "没有这一项。"}],
)
BROKEN = _problem("json_broken", 400, "JSON 无法读取", "发来的内容不是合法的 JSON（UTF-8，没有重复的键）。")
TOO_LARGE = _problem("body_too_large", 413, "内容太大", "一次最多 5000000 字节，请分几次发送。")
NOT_JSON = _problem("media_type_unsupported", 415, "不支持的内容类型", "请用 application/json 发送。")
NOT_FOUND = _problem("not_found", 404, "没有找到", "没有这样的内容，或者您不能查看。")
SIGN_IN = _problem("sign_in_needed", 401, "请先登录", "这一页只对登录的人开放；机器请在 Authorization 头里带上密钥。")
PHOTO = {"event": EVENTS["collect"]["id"], "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
WAITING = {
    "id": EVENTS["receive"]["id"],
    "status": "waiting",
    "problem": _problem("waiting_predecessor", 202, "前面的事件还没有到达", "请先发送它，或稍后重发。"),
}
RESULTS = {"results": [CREATED, WAITING, {"id": _REJECTED_ID, "status": "rejected", "problem": NOT_YOURS}]}
