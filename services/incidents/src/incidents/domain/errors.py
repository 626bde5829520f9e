"""What the domain refuses, named after the rule that was broken."""

from __future__ import annotations

from common.kernel.errors import InConflict, NotAllowed, NotFound, RuleBroken


class InvalidIncident(RuleBroken):
    """Its violations name every field that breaks a rule."""

    code = "invalid_incident"
    title = "The incident breaks rules of the field"


class InvalidCorrection(RuleBroken):
    code = "invalid_correction"
    title = "The correction names fields that it cannot change"


class InvalidText(RuleBroken):
    code = "invalid_text"
    title = "A reason or comment is empty or too long"


class NothingToCorrect(RuleBroken):
    code = "nothing_to_correct"
    title = "The incident already says so; nothing would change"


class InvalidCoverage(RuleBroken):
    code = "invalid_coverage"
    title = "Coverage cannot be declared so"


class UnknownIncident(NotFound):
    code = "incident_unknown"
    title = "There is no such incident"


class RetractedIncident(InConflict):
    code = "incident_retracted"
    title = "The incident was retracted; report what happened under another external_id"


class JurisdictionNotAllowed(NotAllowed):
    code = "jurisdiction_not_allowed"
    title = "This credential does not cover the jurisdiction"


class FieldHeld(InConflict):
    code = "field_held"
    title = "The secretariat has corrected this field; ask the secretariat to change it"


class AlreadyVerified(InConflict):
    code = "already_verified"
    title = "The incident is verified as it stands"


class AlreadyDisputed(InConflict):
    code = "already_disputed"
    title = "The incident is disputed already"


class VerifiedByReporter(NotAllowed):
    code = "verified_by_reporter"
    title = "An incident is verified by someone outside the agency that reported it"


class AlreadyDuplicate(InConflict):
    code = "already_duplicate"
    title = "The incident is marked as a duplicate already; unmark it first"


class NotDuplicate(InConflict):
    code = "not_duplicate"
    title = "The incident is not marked as a duplicate"


class DuplicateOfItself(RuleBroken):
    code = "duplicate_of_itself"
    title = "An incident cannot be a duplicate of itself"


class DuplicateOfUnknown(RuleBroken):
    code = "duplicate_of_unknown"
    title = "There is no incident with the id in duplicate_of"


class DuplicateOfInactive(RuleBroken):
    code = "duplicate_of_inactive"
    title = "The incident in duplicate_of is itself a duplicate or retracted; name one that counts"


class DuplicateChain(InConflict):
    code = "duplicate_chain"
    title = "Other incidents are marked as duplicates of this one; mark them as duplicates of the other one first"
