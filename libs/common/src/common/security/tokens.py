"""Tokens of people: JWTs of an issuer that we trust, verified with its published keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from common.security.jwks import Jwks, KeysUnavailable
from common.security.principal import Unauthenticated

LEEWAY_SECONDS = 30
MAX_LENGTH = 8_192


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: `sub`, `roles`, and optionally `agency` and `jurisdictions` (absent: all)."""

    subject: str
    roles: tuple[str, ...]
    agency: str | None
    jurisdictions: frozenset[str] | None


class TokenVerifier:
    """The algorithm is that of the key which `kid` names, never what the token's header says."""

    def __init__(self, jwks: Jwks, *, issuer: str, audience: str) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> Claims:
        """Raises `Unauthenticated`, and `KeysUnavailable` where the issuer's keys cannot be had."""
        if len(token) > MAX_LENGTH:
            raise Unauthenticated("The token is too long")
        try:
            key = await self._jwks.key(_kid(token))
            if key is None:
                raise Unauthenticated("The token was signed with a key that its issuer does not publish")
            return _claims(self._decode(token, key))
        except KeysUnavailable:
            raise
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired") from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated("The token is not valid") from error

    def _decode(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=self._issuer,
            audience=self._audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "nbf", "sub", "iss", "aud"]},
        )


def _kid(token: str) -> str:
    kid = jwt.get_unverified_header(token).get("kid")
    if not isinstance(kid, str):
        raise Unauthenticated("The token does not name its key")
    return kid


def _claims(claims: dict[str, Any]) -> Claims:
    agency = claims.get("agency")
    if agency is not None and not isinstance(agency, str):
        raise ValueError("agency")
    jurisdictions = claims.get("jurisdictions")
    return Claims(
        subject=claims["sub"],
        roles=_texts(claims.get("roles", [])),
        agency=agency,
        jurisdictions=None if jurisdictions is None else frozenset(_texts(jurisdictions)),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts was expected")
    return tuple(value)
