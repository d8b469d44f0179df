"""Where one can go from every page: a table of places and the operation each needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from registry.domain.parties import Actor
from registry.web.words import N_, language_now


@dataclass(frozen=True, kw_only=True)
class Place:
    """One door of the navigation. `also`: further path prefixes at which it counts as the current one."""

    path: str
    label: str
    icon: str
    operation: str = "read.public"
    also: tuple[str, ...] = ()
    not_for: frozenset[str] = frozenset()


_SIGNED_OUT = frozenset({"anonymous"})
_NO_CUSTODY = frozenset({"anonymous", "regulator", "administrator", "producer", "pro", "inspector"})

MAIN = (
    Place(path="/", label=N_("首页"), icon="home"),
    Place(
        path="/batches",
        label=N_("批次"),
        icon="batch",
        operation="read.own",
        also=("/collect", "/merge", "/load"),
        not_for=_SIGNED_OUT,
    ),
    Place(path="/scan", label=N_("扫码"), icon="scan", operation="resolve.public"),
    Place(
        path="/incoming", label=N_("收发"), icon="truck", operation="read.own", also=("/dispatch",), not_for=_NO_CUSTODY
    ),
    Place(path="/reports", label=N_("报告"), icon="report", operation="report.read", not_for=_SIGNED_OUT),
    Place(
        path="/map",
        label=N_("地图"),
        icon="map",
        not_for=frozenset({"collector", "operator"}),
    ),
)
MENU = (
    Place(
        path="/placed-on-market",
        label=N_("投放市场"),
        icon="world",
        operation="read.own",
        not_for=frozenset({"anonymous", "collector", "operator", "inspector"}),
    ),
    Place(path="/outbox", label=N_("发件箱"), icon="phone", operation="event.capture"),
    Place(path="/containers", label=N_("容器"), icon="crate", operation="event.load"),
    Place(path="/labels", label=N_("标签卷"), icon="label", operation="code.issue.own"),
    Place(
        path="/exports/events",
        label=N_("导出事件"),
        icon="download",
        operation="read.own",
        not_for=_SIGNED_OUT,
    ),
    Place(path="/map", label=N_("回收网络地图"), icon="map"),
    Place(path="/organisations", label=N_("组织与站点"), icon="building", operation="party.write"),
    Place(path="/account", label=N_("我的账户与密钥"), icon="key", operation="account.own", not_for=_SIGNED_OUT),
)
_LANGUAGES = {"zh": "中文", "en": "EN"}


def _current(place: Place, path: str) -> bool:
    if place.path == "/":
        return path == "/"
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in (place.path, *place.also))


def places(table: tuple[Place, ...], actor: Actor, path: str) -> list[Mapping[str, Any]]:
    """The rows of the table this actor may use, with the words of the request's language."""
    return [
        {"path": row.path, "label": gettext(row.label), "icon": row.icon, "current": _current(row, path)}
        for row in table
        if actor.role not in row.not_for and actor.may(row.operation)
    ]


def other_language() -> Mapping[str, str]:
    """The switch: this very page in the other language."""
    code = "zh" if language_now() == "en" else "en"
    arguments = MultiDict(request.args)
    arguments["lang"] = code
    query = urlencode(list(arguments.items(multi=True)))
    return {"code": code, "label": _LANGUAGES[code], "url": f"{quote(request.path)}?{query}"}
