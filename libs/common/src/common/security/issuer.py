"""The embedded issuer: makes tokens for demo and tests where no identity provider is at hand.

python -m common.security.issuer ROLE [--key-file …] [--jurisdictions RS,ME] [--agency CODE] [--hours 12]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from common.kernel.clock import Clock, utc_now

DEFAULT_ISSUER = "salwatch-embedded"
DEFAULT_AUDIENCE = "salwatch"
_KID = "embedded"


class Issuer:
    """Signs with an Ed25519 key that lies in a file only its owner can read, made where there is none."""

    def __init__(
        self,
        key_file: Path,
        *,
        issuer: str = DEFAULT_ISSUER,
        audience: str = DEFAULT_AUDIENCE,
        claims_of_roles: Mapping[str, Mapping[str, Any]] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`claims_of_roles` says what a role's name stands for, e.g. {"verifier": {"roles": ["verifier"]}}; a role that
        it does not name stands for itself."""
        self._key = _load_or_make(key_file)
        self._issuer = issuer
        self._audience = audience
        self._claims_of_roles = claims_of_roles or {}
        self._clock = clock

    def issue(
        self,
        role: str,
        *also: str,
        jurisdictions: Sequence[str] | None = None,
        agency: str | None = None,
        lifetime: timedelta = timedelta(hours=12),
        subject: str | None = None,
    ) -> str:
        """A token for a made-up person in that role, and in others besides."""
        now = self._clock()
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject or f"embedded-{role}",
            "roles": [role, *also],
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            **self._claims_of_roles.get(role, {}),
        }
        if jurisdictions is not None:
            claims["jurisdictions"] = list(jurisdictions)
        if agency is not None:
            claims["agency"] = agency
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": _KID})

    def jwks(self) -> dict[str, Any]:
        """The public key, as services expect to find it."""
        public = json.loads(OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": _KID, "use": "sig", "alg": "EdDSA"}]}

    def write_jwks(self, path: Path) -> None:
        """Puts the public key where services read it; a reader sees the old file or the new one, never half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(self.jwks()), encoding="utf-8")
        fresh.replace(path)


def _load_or_make(key_file: Path) -> Ed25519PrivateKey:
    if not key_file.exists():
        _make(key_file)
    key_file.chmod(0o600)
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{key_file} does not hold an Ed25519 key")
    return key


def _make(key_file: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key_file.parent.mkdir(parents=True, exist_ok=True)
    fresh = key_file.with_name(f".{key_file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, key_file)  # unlike a rename it never replaces a key that another process has just made
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def main(argv: Sequence[str] | None = None) -> int:
    """Prints a token."""
    parser = argparse.ArgumentParser(prog="python -m common.security.issuer", description=main.__doc__)
    parser.add_argument("role")
    parser.add_argument("--key-file", type=Path, default=Path("var/issuer.pem"))
    parser.add_argument("--issuer", default=DEFAULT_ISSUER)
    parser.add_argument("--audience", default=DEFAULT_AUDIENCE)
    parser.add_argument("--jurisdictions", type=lambda text: text.split(","))
    parser.add_argument("--agency")
    parser.add_argument("--hours", type=float, default=12)
    given = parser.parse_args(argv)
    issuer = Issuer(given.key_file, issuer=given.issuer, audience=given.audience)
    token = issuer.issue(
        given.role, jurisdictions=given.jurisdictions, agency=given.agency, lifetime=timedelta(hours=given.hours)
    )
    print(token)  # noqa: T201 - that is what it is for
    return 0


if __name__ == "__main__":
    sys.exit(main())
