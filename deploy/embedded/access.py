"""The demo's identity provider: tokens for the people of the demo and for its services."""

from __future__ import annotations

from datetime import timedelta

from common.security.issuer import DEFAULT_AUDIENCE, DEFAULT_ISSUER, Issuer
from embedded.home import Home

BACKDATE = "backdate"
"""Lets the people of the demo write down what happened in 2020."""
INSTITUTION = "border-police"
MEMBERS = ("AL", "BA", "ME", "MK", "RS", "XK")
"""The jurisdictions whose commissions report; a role without one of them is BA's."""
OF_ONE_JURISDICTION = ("institution", "commission", "commission_head")
DONORS = ("DE", "GB", "NL", "SE", "FR", "NO", "EU", "US", "SK")
OF_ONE_PARTY = {
    "member": ("UNDP", "UNODC", "DE", "FR", "EU", "GB", "NL", "SE"),
    "organisation": ("UNDP", "UNODC", "SEESAC"),
    "donor": DONORS,
    "agent": ("MPTFO",),
    "observer": ("MPTFO",),
}
"""Who acts in a fund, and for whom; a role without a party is the first one's."""
ROLES = (
    "verifier",
    "secretariat",
    "analyst",
    "administrator",
    "reviewer",
    *OF_ONE_JURISDICTION,
    *(f"{role}_{member}" for role in OF_ONE_JURISDICTION for member in MEMBERS),
    *OF_ONE_PARTY,
    *(f"{role}_{party}" for role, parties in OF_ONE_PARTY.items() for party in parties if len(parties) > 1),
)
"""Whom `make token` and demo.json know."""
FOR_PEOPLE = timedelta(days=30)
FOR_SERVICES = timedelta(days=365)  # longer than a demo runs; each start of a process gets a new one


class Access:
    """Makes the signing key on first use and puts its public half where services read it."""

    issuer = DEFAULT_ISSUER
    audience = DEFAULT_AUDIENCE

    def __init__(self, home: Home) -> None:
        self.key_set = home.key_set
        self._issuer = Issuer(home.issuer_key)
        self._issuer.write_jwks(home.key_set)

    def token(self, role: str) -> str:
        """A token of a person in that role, good for a month."""
        plain, _, whose = role.rpartition("_") if role[-2:].isupper() else (role, "", None)
        if plain in OF_ONE_PARTY:
            return self._of_party(plain, whose or OF_ONE_PARTY[plain][0])
        if plain in OF_ONE_JURISDICTION:
            return self._of_jurisdiction(plain, whose or "BA")
        return self._issuer.issue(role, BACKDATE, lifetime=FOR_PEOPLE)

    def _of_party(self, role: str, party: str) -> str:
        subject = f"embedded-{role}-{party}"
        return self._issuer.issue(role, BACKDATE, agency=party, lifetime=FOR_PEOPLE, subject=subject)

    def _of_jurisdiction(self, role: str, jurisdiction: str) -> str:
        return self._issuer.issue(
            role,
            BACKDATE,
            jurisdictions=[jurisdiction],
            agency=INSTITUTION if role == "institution" else None,
            lifetime=FOR_PEOPLE,
            subject=f"embedded-{role}-{jurisdiction}",
        )

    def tokens(self) -> dict[str, str]:
        return {role: self.token(role) for role in ROLES}

    def service_token(self, service: str) -> str:
        """What one service shows to another."""
        return self._issuer.issue("service", subject=service, lifetime=FOR_SERVICES)
