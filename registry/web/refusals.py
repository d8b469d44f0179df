"""Refusals and findings in the words of the person: the problem catalogue's sentences, with codes turned into names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from flask_babel import gettext

from registry.domain.refusals import Refusal
from registry.http.problems import detail_of, words_of
from registry.services.actions import Action
from registry.web import words

FINDINGS = {
    "late": words.N_("逾期登记"),
    "implausible_mass": words.N_("质量偏大，请核对"),
    "refused": words.N_("部分拒收"),
    "weight_difference": words.N_("重量有差异"),
    "contents_above_mass": words.N_("含量之和大于质量"),
    "found_without_source": words.N_("盘盈，来源不明"),
    "cascade_before_recycling": words.N_("可梯次利用却再生"),
    "claim_above_content": words.N_("产出元素多于投入"),
    "no_licence_in_force": words.N_("没有有效许可"),
    "forbidden_use": words.N_("禁止的用途"),
    "norm_missed": words.N_("未达规范条件"),
}
NOTES = {
    "note": words.N_("备注"),
    "person": words.N_("经办人"),
    "vehicle": words.N_("车辆"),
    "position": words.N_("位置"),
}
FIELDS = {
    "mass": words.N_("质量"),
    "stream": words.N_("物料"),
    "to_site": words.N_("收货站点"),
    "part": words.N_("至少一份的质量"),
    "out_mass": words.N_("至少一项产出"),
    "process": words.N_("工艺"),
    "reason": words.N_("原因"),
    "code": words.N_("编码"),
    "event": words.N_("事件"),
    "batch": words.N_("至少一个批次"),
}


def say(refusal: Refusal) -> str:
    """The sentence that says what is wrong and what to do, in this request's language."""
    told = Refusal(refusal.code, **{name: _readable(name, value) for name, value in refusal.facts.items()})
    language = words.language_now()
    title, detail = words_of(refusal.code).title[language], detail_of(told, language)
    # A column of the catalogue may repeat its title; a person reads it once.
    stop = "。" if language == "zh" else ". "
    return detail if detail.startswith(title) or not title else f"{title.rstrip('。.')}{stop}{detail}"


def why_not(action: Action) -> str:
    """Why an action cannot be done now, in one sentence."""
    if action.reason is None:
        return ""
    facts = {"batch": gettext("这个批次")} | dict(action.facts)
    return say(Refusal(action.reason, **facts))


def _readable(name: str, value: Any) -> Any:
    reader = _FACTS.get(name)
    if reader is None:
        return value
    return [reader(each) for each in value] if isinstance(value, list | tuple) else reader(value)


def _operation(code: str) -> str:
    return words.kind_name(code.removeprefix("event."))


_FACTS: Mapping[str, Callable[[Any], str]] = {
    "field": lambda code: words.said(FIELDS, str(code)),
    "status": lambda code: words.said(words.STATUSES, str(code)),
    "wanted": lambda code: words.said(words.STATUSES, str(code)),
    "role": lambda code: words.said(words.ROLES, str(code)),
    "operation": lambda code: _operation(str(code)),
    "kind": lambda code: words.kind_name(str(code)),
    "stream": lambda code: words.stream_name(str(code)),
    "streams": lambda code: words.stream_name(str(code)),
    "process": lambda code: words.process_name(str(code)),
    "outcome": lambda code: words.outcome_name(str(code)),
    "substance": lambda code: words.substance_name(str(code)),
    "division": lambda code: words.division_name(str(code)),
}


def without_facts(sentence: str) -> str:
    """The catalogue's sentence as an explanation: its blanks stay blanks."""
    return re.sub(r"\{\w+\}", "…", sentence)


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.filters.update(
        why_not=why_not,
        say=say,
        without_facts=without_facts,
        finding_name=lambda code: words.said(FINDINGS, code),
        note_name=lambda code: words.said(NOTES, code),
    )
