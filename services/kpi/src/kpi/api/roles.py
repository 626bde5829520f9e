"""Who may do what in this service: each role's permissions. Tokens name roles; routes name permissions."""

from __future__ import annotations

from collections.abc import Mapping

_READ = {"kpi:read"}
_OWN = {"reports:read-own", *_READ}
_COMMISSION = {
    "figures:record",
    "inputs:record",
    "narratives:record",
    "evidence:add",
    "warnings:explain",
    "queries:answer",
    *_OWN,
}
_SECRETARIAT = {
    "roadmaps:publish",
    "rounds:open",
    "rounds:extend",
    "rounds:share",
    "rounds:publish",
    "objections:answer",
    "reports:check",
    "reports:reopen",
    "reports:restate",
    "reports:read-submitted",
    "secretariat:record",
    "queries:handle",
    "events:read",
    *_READ,
}

ROLES: Mapping[str, frozenset[str]] = {
    "institution": frozenset({"inputs:record", "inputs:clear", *_OWN}),
    "commission": frozenset(_COMMISSION),
    "commission_head": frozenset({"reports:endorse", "readers:invite", "objections:raise", *_COMMISSION}),
    "secretariat": frozenset(_SECRETARIAT),
    "analyst": frozenset({"reports:read-submitted", *_READ}),
    "administrator": frozenset({"roadmaps:publish", "events:read", *_READ}),
    "reader": frozenset(_READ),  # whoever is invited to a draft and has no other role
    "service": frozenset({"events:read", *_READ}),
    "backdate": frozenset({"backdate"}),  # beside another role: may write down what happened on an earlier day
}
