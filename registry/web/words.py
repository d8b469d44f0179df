"""The words of codes that the pages show, as template filters.

Tables with names in both languages (streams, processes, kinds, outcomes) speak for themselves; the rest are here,
in Chinese, and go through the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import get_locale, gettext

from registry.domain import divisions, events, outcomes, streams, substances
from registry.domain.refusals import Refusal


def N_(text: str) -> str:  # noqa: N802  # the name that message extraction looks for
    """Mark a message for the catalogue without translating it yet."""
    return text


STATUSES = {
    "stock": N_("在库"),
    "transit": N_("在途"),
    "cascade": N_("梯次利用中"),
    "reuse": N_("再使用中"),
    "closed": N_("已了结"),
    "void": N_("已作废"),
}
ROLES = {
    "anonymous": N_("访客"),
    "collector": N_("收集员"),
    "operator": N_("工厂操作员"),
    "inspector": N_("检测员"),
    "producer": N_("生产者"),
    "pro": N_("生产者责任组织"),
    "regulator": N_("监管人员"),
    "administrator": N_("系统管理员"),
}
SITE_KINDS = {
    "collection_point": N_("回收点"),
    "transfer_station": N_("中转站"),
    "dismantling_plant": N_("拆解厂"),
    "cascade_plant": N_("梯次利用厂"),
    "recycling_plant": N_("再生利用厂"),
    "remanufacturing_plant": N_("再制造厂"),
    "disposal_site": N_("处置场"),
    "laboratory": N_("检测实验室"),
}
ORGANISATION_KINDS = {
    "collection_company": N_("回收企业"),
    "dismantler": N_("拆解企业"),
    "cascade_user": N_("梯次利用企业"),
    "recycler": N_("再生利用企业"),
    "remanufacturer": N_("再制造企业"),
    "disposer": N_("处置企业"),
    "producer": N_("生产企业"),
    "pro": N_("生产者责任组织"),
    "consortium": N_("联合体"),
    "inspector": N_("检测机构"),
    "carrier": N_("运输企业"),
    "authority": N_("主管部门"),
}
PRODUCTS = {
    "LFP": N_("磷酸铁锂"),
    "NCM": N_("三元锂"),
    "LMO": N_("锰酸锂"),
    "mixed": N_("混合"),
    "residue": N_("残余物"),
    "ash": N_("灰渣"),
    "fuel": N_("燃料"),
    "slag": N_("炉渣"),
    "car": N_("乘用车胎"),
    "truck": N_("载重车胎"),
    "refrigerator": N_("冰箱"),
    "washing_machine": N_("洗衣机"),
    "phone": N_("手机板"),
    "gearbox": N_("变速箱"),
    "starter": N_("起动机"),
    "waiting_core": N_("待定旧件"),
    "heavy": N_("重废"),
    "light": N_("轻废"),
    "bottles": N_("玻璃瓶"),
    "copper": N_("铜"),
    "aluminium": N_("铝"),
    "PE film": N_("聚乙烯膜"),
    "soiled": N_("沾污塑料"),
    "boards": N_("线路板"),
}
MEASURED = {"weighed": N_("过磅"), "estimated": N_("估重")}
DIFFERENCE_REASONS = {
    "scale": N_("磅差（同样的货，磅不同）"),
    "missing": N_("少了东西"),
    "found": N_("多了东西"),
}
HAZARDS = {
    "swollen": N_("鼓包"),
    "leaking": N_("漏液"),
    "hot": N_("发热"),
    "damaged": N_("破损"),
    "wet": N_("浸水"),
    "burnt": N_("过火"),
}
BASES = {
    "weighed": N_("过磅"),
    "estimated": N_("估算"),
    "declared": N_("申报"),
    "measured": N_("检测"),
    "inherited": N_("按份额推算"),
}
SCHEMES = {
    "registry": N_("回流码"),
    "gb34014": N_("国标电池编码"),
    "gs1": N_("GS1 编码"),
    "serial": N_("厂家序列号"),
}
SCOPES = {"read": N_("读取"), "capture": N_("登记"), "report": N_("报告"), "admin": N_("管理")}


def language_now() -> str:
    """`zh` or `en`: the language of this request."""
    return "en" if getattr(get_locale(), "language", "zh") == "en" else "zh"


def named(thing: Any) -> str:
    """The name of anything with `name_zh` and `name_en` (attributes or keys), in this request's language."""
    key = f"name_{language_now()}"
    return str(thing[key] if isinstance(thing, Mapping) else getattr(thing, key))


def said(table: Mapping[str, str], code: str | None) -> str:
    """The word of a code; the code itself where the table does not know it."""
    if not code:
        return ""
    return str(gettext(table[code])) if code in table else code


def stream_name(code: str) -> str:
    try:
        return named(streams.stream(code))
    except Refusal:
        return code


def process_name(code: str) -> str:
    try:
        return named(streams.process(code))
    except Refusal:
        return code


def outcome_name(code: str) -> str:
    """The outcome of an account or of an output's destination; `stock` is the yard."""
    if code == streams.STOCK:
        return str(gettext("中间产物入库"))
    try:
        return named(outcomes.outcome(code.removeprefix("outcome:")))
    except Refusal:
        return code


def fate_name(code: str) -> str:
    """An outcome of the ladder, or an open state."""
    return said(STATUSES, code) if code in STATUSES else outcome_name(code)


def product_name(code: str | None) -> str:
    """Chemistry, grade or fraction; the last from the outputs of the processes."""
    if not code:
        return ""
    if code in PRODUCTS:
        return str(gettext(PRODUCTS[code]))
    for process in streams.processes():
        for output in process.outputs:
            if output.product == code:
                return named(output)
    return code


def substance_name(code: str) -> str:
    try:
        found = substances.substance(code)
    except Refusal:
        return code
    return f"{named(found)} {found.symbol}".strip()


def division_name(code: str | None) -> str:
    """A county with its prefecture before it; a prefecture or the province alone."""
    if not code:
        return ""
    try:
        found = divisions.division(code)
    except Refusal:
        return code
    if found.level == "county" and found.parent_code:
        above = named(divisions.division(found.parent_code))
        return f"{above}{named(found)}" if language_now() == "zh" else f"{named(found)}, {above}"
    return named(found)


def division_short(code: str) -> str:
    """The name as it stands on a map: 黔南布依族苗族自治州 is 黔南."""
    name = division_name(code)
    return _PEOPLES.split(name)[0] if language_now() == "zh" else name.split(" ", 1)[0]


_PEOPLES = re.compile("布依族|苗族|侗族|彝族|土家族|仡佬族|水族|回族|自治|市$|地区$")


def kind_name(code: str) -> str:
    return named(events.KINDS[code]) if code in events.KINDS else code


def code4(code: str | None) -> str:
    """A registry code as it is spoken: in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4)) if code else ""


def _sayer(table: Mapping[str, str]) -> Any:
    return lambda code: said(table, code)


FILTERS: Mapping[str, Any] = {
    "named": named,
    "stream_name": stream_name,
    "process_name": process_name,
    "outcome_name": outcome_name,
    "product_name": product_name,
    "substance_name": substance_name,
    "kind_name": kind_name,
    "division_name": division_name,
    "division_short": division_short,
    "code4": code4,
    "status_name": _sayer(STATUSES),
    "role_name": _sayer(ROLES),
    "site_kind_name": _sayer(SITE_KINDS),
    "organisation_kind_name": _sayer(ORGANISATION_KINDS),
    "measured_name": _sayer(MEASURED),
    "fate_name": fate_name,
    "basis_name": _sayer(BASES),
    "reason_name": _sayer(DIFFERENCE_REASONS),
    "scheme_name": _sayer(SCHEMES),
    "scope_name": _sayer(SCOPES),
}


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.filters.update(FILTERS)
