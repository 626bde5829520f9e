"""How much may be sent at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

Few = Field(max_length=200)
Number = Annotated[StrictInt, Field(ge=1, le=9_999)]
