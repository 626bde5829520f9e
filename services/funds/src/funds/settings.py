"""The service's settings, from the environment: FUNDS_… are its own, SALWATCH_… those that all services share."""

from __future__ import annotations

from pydantic import Field, SecretStr

from common.runtime.settings import ServiceSettings, settings_config


class Settings(ServiceSettings):
    model_config = settings_config("FUNDS_")

    port: int = Field(8103, ge=0, le=65535)
    queue_limit: int = Field(5_000, ge=1, description="commands that may wait to be written before 503 is answered")
    kpi_url: str = Field("http://127.0.0.1:8102", description="where its change feed is read")
    kpi_credential: SecretStr = Field(SecretStr(""), description="a whole Authorization header")
    publishers: tuple[str, ...] = Field(("undp",), description="whose footnotes are printed, as the pack names them")
    parked_limit: int = Field(100, ge=0, description="streams that may be set aside before the worker stops")
