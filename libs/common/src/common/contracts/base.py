"""What every published contract is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Base of what is published: frozen; unknown fields are ignored, for contracts grow.

    The docstring of a class and the texts below its fields are published with it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
