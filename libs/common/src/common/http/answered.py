"""What answers are made of, as OpenAPI tells it. The answers themselves are made without these models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

_TEXT = {"schema": {"type": "string"}}
_ETAG = {"ETag": {**_TEXT, "description": "the version, for If-Match"}}
_POSITION = {"SALWatch-Position": {**_TEXT, "description": "service:log id:position, for wait_for"}}
_REPLAYED = {"Idempotency-Replayed": {**_TEXT, "description": "true where an earlier request's answer is repeated"}}

READ: dict[str, Any] = {"headers": _ETAG}
WRITTEN: dict[str, Any] = {"headers": {**_ETAG, **_POSITION}}
CHANGED: dict[str, Any] = {"headers": {**_ETAG, **_POSITION, **_REPLAYED}}
LANDED: dict[str, Any] = {"headers": {"Location": _TEXT, **_ETAG, **_POSITION, **_REPLAYED}}


class Document(BaseModel):
    """Base of what is answered; members may be added."""

    model_config = ConfigDict(extra="allow")


class Warned(Document):
    """Something worth a look that refuses nothing; in the shape of a problem's errors."""

    pointer: str
    code: str
    detail: str
