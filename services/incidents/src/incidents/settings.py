"""The service's settings, from the environment: INCIDENTS_… are its own, SALWATCH_… those that all services share."""

from __future__ import annotations

from pydantic import Field

from common.runtime.settings import ServiceSettings, settings_config


class Settings(ServiceSettings):
    model_config = settings_config("INCIDENTS_")

    port: int = Field(8101, ge=0, le=65535)
    queue_limit: int = Field(20_000, ge=1, description="lines that may wait to be written before 503 is answered")
    batch_limit: int = Field(500, ge=1, description="lines that are written together")
