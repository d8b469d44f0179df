"""The start-up check: what nobody should serve people with is refused before the first request.

gunicorn asks it once, before it forks (`gunicorn.conf.py`), and so does `flask --app wsgi check`. A complaint can be
taken upon oneself by name in HUILIU_ACCEPT_UNSAFE; tests do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry.config import Settings
from registry.services import upkeep
from registry.services.transactions import opened

SECRET_LEAST: Final = 32
SECRET_VARIETY: Final = 8
"""different characters; `aaaa…` is long and no secret"""
NETWORK_FILESYSTEMS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.sshfs", "afs"}
)
_TRUE: Final = frozenset({"1", "true", "yes", "on"})

Words = Mapping[str, str]
COMPLAINTS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "debug_on": {
            "zh": "调试模式开着：错误页会让陌生人在服务器上执行代码。请去掉 FLASK_DEBUG。",
            "en": "Debugging is on: its error page lets strangers run code here. Unset FLASK_DEBUG.",
        },
        "weak_secret": {
            "zh": "HUILIU_SECRET_KEY 太短或太单调，会话可以伪造。用 `openssl rand -hex 32` 生成一个。",
            "en": "HUILIU_SECRET_KEY is weak, so sessions can be forged. Draw one: `openssl rand -hex 32`",
        },
        "limits_apart": {
            "zh": "多个进程各数各的访问次数，限额形同虚设。请用 HUILIU_LIMITS_STORAGE 指定共用的存储，如 redis://…",
            "en": "Several workers count rate limits each for itself. Name a shared HUILIU_LIMITS_STORAGE, such as redis://…",
        },
        "database_forgets": {
            "zh": "断电时数据库会丢掉已确认的记录（{said}）。",
            "en": "At a power cut the database would lose what it had acknowledged ({said}).",
        },
        "database_shared_file": {
            "zh": "SQLite 文件在网络文件系统上（{said}），几台机器同时写会毁掉它。请用本机磁盘或 PostgreSQL。",
            "en": "The SQLite file lies on a network file system ({said}): machines that write together destroy it. "
            "Use a local disk, or PostgreSQL.",
        },
        "database_unreachable": {
            "zh": "连不上数据库（{said}）。",
            "en": "The database cannot be reached ({said}).",
        },
    }
)


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One thing that is unsafe: its code, and what was seen."""

    code: str
    said: str = ""

    def __str__(self) -> str:
        words = COMPLAINTS[self.code]
        return f"{self.code}: {words['zh'].format(said=self.said)}\n{words['en'].format(said=self.said)}"


def complaints(settings: Settings, *, workers: int, environment: Mapping[str, str] = os.environ) -> list[Complaint]:
    """What is unsafe about serving with these settings, without what was accepted by name."""
    return [each for each in _found(settings, workers, environment) if each.code not in settings.accept_unsafe]


def _found(settings: Settings, workers: int, environment: Mapping[str, str]) -> Iterator[Complaint]:
    if environment.get("FLASK_DEBUG", "").lower() in _TRUE:
        yield Complaint(code="debug_on")
    if len(settings.secret_key) < SECRET_LEAST or len(set(settings.secret_key)) < SECRET_VARIETY:
        yield Complaint(code="weak_secret")
    if settings.limits and workers > 1 and settings.limits_storage.startswith("memory:"):
        yield Complaint(code="limits_apart")
    shared = _network_filesystem(settings.database_url)
    if shared:
        yield Complaint(code="database_shared_file", said=shared)
    yield from _of_database(settings.database_url)


def _of_database(url: str) -> Iterator[Complaint]:
    try:
        with opened(url) as engine, Session(engine) as session:
            forgetful = upkeep.forgetful(session)
    except SQLAlchemyError as error:
        yield Complaint(code="database_unreachable", said=type(error).__name__)
        return
    if forgetful:
        yield Complaint(code="database_forgets", said=", ".join(forgetful))


def _network_filesystem(url: str, mounts: Path = Path("/proc/mounts")) -> str:
    """The kind of network file system a SQLite file lies on; empty where it lies on none, or nobody can tell."""
    file = make_url(url).database if url.startswith("sqlite") else None
    if not file or not mounts.exists():
        return ""
    place = Path(file).resolve()
    lines = [line.split() for line in mounts.read_text("utf-8", errors="replace").splitlines()]
    above = [(Path(line[1]), line[2]) for line in lines if len(line) > 2 and place.is_relative_to(line[1])]
    kind = max(above, key=lambda mount: len(mount[0].parts))[1] if above else ""
    return kind if kind in NETWORK_FILESYSTEMS else ""
