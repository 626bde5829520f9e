"""From the Authorization header to a principal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

from common.security.api_keys import ApiKeys
from common.security.principal import Principal, Unauthenticated
from common.security.tokens import TokenVerifier

Roles = Mapping[str, frozenset[str]]
"""A service's own table: which permissions each role has. A role that is not in it has none."""


class Authenticator:
    """Knows API keys, tokens or both; what it is not given it refuses."""

    def __init__(self, roles: Roles, *, api_keys: ApiKeys | None = None, tokens: TokenVerifier | None = None) -> None:
        self._permissions = lru_cache(partial(_permissions, roles))
        self._api_keys = api_keys
        self._tokens = tokens

    async def authenticate(self, header: str | None) -> Principal:
        """Raises `Unauthenticated`."""
        if not header:
            raise Unauthenticated("A credential is needed: Authorization: ApiKey … or Authorization: Bearer …")
        scheme, _, credential = header.partition(" ")
        match scheme.lower():
            case "apikey" if self._api_keys is not None:
                return await self._machine(self._api_keys, credential.strip())
            case "bearer" if self._tokens is not None:
                return await self._person(self._tokens, credential.strip())
        raise Unauthenticated("The scheme of the Authorization header is not known here")

    async def _machine(self, api_keys: ApiKeys, text: str) -> Principal:
        key = await api_keys.authenticate(text)
        permissions = self._permissions(key.roles)
        return Principal(f"key:{key.id}", "machine", permissions, key.roles, key.agency, key.jurisdictions)

    async def _person(self, tokens: TokenVerifier, text: str) -> Principal:
        claims = await tokens.verify(text)
        permissions = self._permissions(claims.roles)
        return Principal(
            f"person:{claims.subject}", "person", permissions, claims.roles, claims.agency, claims.jurisdictions
        )


def _permissions(granted: Roles, roles: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(granted.get(role, frozenset()) for role in roles))
