"""Settings: frozen, typed, read from the environment once. Every name has the prefix HUILIU_."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from environs import Env

PROJECT = Path(__file__).resolve().parents[1]
VAR = PROJECT / "var"
"""What running makes: the embedded database, the key of the sessions."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one running registry is told. The defaults suit one machine; tests name what they need."""

    database_url: str
    secret_key: str
    accept_unsafe: tuple[str, ...] = ()
    """complaints of the start-up check that whoever runs this takes upon himself, by their codes"""
    public_url: str = "http://127.0.0.1:8000"
    """the address printed into QR codes: scheme and host, no slash at the end"""
    former_urls: tuple[str, ...] = ()
    """addresses on labels printed earlier, still resolved as ours"""
    host: str = "127.0.0.1"
    port: int = 8000
    limits: bool = True
    """rate limits on sign-in and public look-ups"""
    limits_storage: str = "memory://"
    """where they are counted; with several workers or machines name a shared one"""
    trusted_proxies: int = 0
    """how many reverse proxies in front may say who the client is (X-Forwarded-*)"""
    pool_size: int = 10
    """connections to the database kept open by each worker; five times as many at a rush"""
    signing_key: str = ""
    """what files handed out are signed with: base64url of 32 random bytes; derived from `secret_key` without one"""
    former_signing_keys: tuple[str, ...] = ()
    """public halves of earlier ones (base64url, the `x` of their JWK), whose files still count as ours"""
    testing: bool = False

    @classmethod
    def from_env(cls) -> Self:
        """Settings of this environment; what it does not name has the default above.

        Without HUILIU_SECRET_KEY one is drawn once and kept in `var/secret_key`, readable by its owner only.
        """
        env = Env(prefix="HUILIU_")
        former: list[str] = env.list("FORMER_URLS", [])
        return cls(
            database_url=engine_url(env.str("DATABASE_URL", f"sqlite:///{VAR / 'huiliu.sqlite3'}")),
            secret_key=env.str("SECRET_KEY", "") or _kept_secret(VAR / "secret_key"),
            accept_unsafe=tuple(env.list("ACCEPT_UNSAFE", [])),
            public_url=env.str("PUBLIC_URL", cls.public_url).rstrip("/"),
            former_urls=tuple(url.rstrip("/") for url in former if url),
            host=env.str("HOST", cls.host),
            port=env.int("PORT", cls.port),
            limits=env.bool("LIMITS", cls.limits),
            limits_storage=env.str("LIMITS_STORAGE", cls.limits_storage),
            trusted_proxies=env.int("TRUSTED_PROXIES", cls.trusted_proxies),
            pool_size=env.int("POOL_SIZE", cls.pool_size),
            signing_key=env.str("SIGNING_KEY", cls.signing_key),
            former_signing_keys=tuple(env.list("FORMER_SIGNING_KEYS", [])),
        )

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS: cookies are then sent over nothing else."""
        return self.public_url.startswith("https://")


def engine_url(url: str) -> str:
    """The address as SQLAlchemy wants it: PostgreSQL through psycopg 3, whatever the short form typed."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return f"postgresql+psycopg://{url.removeprefix(short)}"
    return url


def _kept_secret(path: Path) -> str:
    """The key in the file, drawn at the first start. Two workers that start at once agree on the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
