"""From the Authorization header to a principal, and what a principal may do."""

from pathlib import Path

import pytest

from common.persistence.database import open_database
from common.security.agencies import Agencies
from common.security.api_keys import ApiKeys
from common.security.authentication import Authenticator
from common.security.issuer import Issuer
from common.security.jwks import Jwks
from common.security.principal import ANONYMOUS, JurisdictionNotAllowed, PermissionMissing, Principal, Unauthenticated
from common.security.tokens import TokenVerifier

ROLES = {"agency": frozenset({"push", "read"}), "verifier": frozenset({"verify", "read"})}


async def test_machines_come_with_keys_and_people_with_tokens(log_database: str, tmp_path: Path) -> None:
    issuer = Issuer(tmp_path / "issuer.pem")
    issuer.write_jwks(tmp_path / "jwks.json")
    tokens = TokenVerifier(Jwks(str(tmp_path / "jwks.json")), issuer="salwatch-embedded", audience="salwatch")
    async with open_database(log_database) as database, ApiKeys(database.pool) as keys:
        await Agencies(database.pool).add("rs-moi", "Ministry", ["RS"])
        new = await keys.create("rs-moi", ["agency", "unheard-of"])
        authenticator = Authenticator(ROLES, api_keys=keys, tokens=tokens)
        machine = await authenticator.authenticate(f"ApiKey {new.text}")
        person = await authenticator.authenticate(f"bearer {issuer.issue('verifier')}")
    assert (machine.id, machine.kind, machine.agency) == (f"key:{new.key.id}", "machine", "rs-moi")
    assert machine.permissions == {"push", "read"}
    assert (person.id, person.kind, person.permissions) == ("person:embedded-verifier", "person", {"verify", "read"})


@pytest.mark.parametrize("header", [None, "", "Basic dTpw", "ApiKey x", "Bearer x", "Bearer", "\ud800"])
async def test_what_is_not_known_here_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await Authenticator(ROLES).authenticate(header)


def test_a_principal_may_what_its_permissions_say_where_its_jurisdictions_are() -> None:
    principal = Principal("key:x", "machine", frozenset({"push"}), jurisdictions=frozenset({"RS"}))
    principal.require("push")
    principal.require_jurisdiction("RS")
    with pytest.raises(PermissionMissing):
        principal.require("verify")
    with pytest.raises(JurisdictionNotAllowed) as raised:
        principal.require_jurisdiction("AL")
    (violation,) = raised.value.violations
    assert (violation.pointer, violation.code) == ("/jurisdiction", "jurisdiction_not_allowed")
    assert ANONYMOUS.covers("AL")
    assert not ANONYMOUS.may("push")
