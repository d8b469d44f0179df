"""Logs: one JSON object per line on stderr, so that what a command prints stays its own."""

from __future__ import annotations

import sys
from typing import Any, TextIO, cast

import structlog


class _Stderr:
    """The stream of the moment: tests and servers exchange it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)


def configure() -> None:
    """Once per process; again is harmless."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at_utc"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Stderr())),
    )
