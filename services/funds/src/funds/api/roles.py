"""Who may do what in this service: each role's permissions. Tokens name roles; routes name permissions.

The money of a fund is pooled and open to every credential. A party (an organisation, a donor) is the one that the
credential's `agency` names.
"""

from __future__ import annotations

from collections.abc import Mapping

_READ = {"funds:read"}
_SECRETARIAT = {
    "funds:establish",
    "roles:assign",
    "commitments:sign",
    "agreements:read",
    "calls:manage",
    "proposals:read",
    "proposals:evaluate",
    "proposals:score",
    "meetings:record",
    "decisions:propose",
    "decisions:conclude",
    "grants:register",
    "projects:manage",
    "activities:manage",
    "rates:record",
    "budgets:record",
    "events:read",
    *_READ,
}
_AGENT = {
    "commitments:sign",
    "agreements:read",
    "money:post",
    "rates:record",
    *_READ,
}

ROLES: Mapping[str, frozenset[str]] = {
    "secretariat": frozenset(_SECRETARIAT),
    "agent": frozenset(_AGENT),
    "member": frozenset({"votes:cast", "proposals:read", "proposals:score", *_READ}),
    "organisation": frozenset({"proposals:submit", "proposals:score", "projects:report", *_READ}),
    "donor": frozenset({"agreements:read-own", *_READ}),
    "observer": frozenset(_READ),
    "reviewer": frozenset({"proposals:score", *_READ}),
    "analyst": frozenset(_READ),
    "administrator": frozenset({"funds:establish", "events:read", *_READ}),
    "institution": frozenset(_READ),
    "commission": frozenset(_READ),
    "commission_head": frozenset(_READ),
    "verifier": frozenset(_READ),
    "reader": frozenset(_READ),
    "service": frozenset({"events:read", *_READ}),
    "backdate": frozenset({"backdate"}),  # beside another role: may write down what happened on an earlier day
}
