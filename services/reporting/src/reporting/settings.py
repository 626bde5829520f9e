"""The service's settings, from the environment: REPORTING_… are its own, SALWATCH_… those that all services share."""

from __future__ import annotations

from pydantic import Field, SecretStr

from common.runtime.settings import ServiceSettings, settings_config


class Settings(ServiceSettings):
    model_config = settings_config("REPORTING_")

    port: int = Field(8104, ge=0, le=65535)
    incidents_url: str = Field("http://127.0.0.1:8101", description="where its change feed is read")
    incidents_credential: SecretStr = Field(SecretStr(""), description="a whole Authorization header")
    incidents_public_url: str | None = Field(None, description="where readers follow a figure to its incidents")
    kpi_url: str = Field("http://127.0.0.1:8102", description="where its change feed is read")
    kpi_credential: SecretStr = Field(SecretStr(""), description="a whole Authorization header")
    kpi_public_url: str | None = Field(None, description="where readers follow a figure to its report")
    funds_url: str = Field("http://127.0.0.1:8103", description="where its change feed is read")
    funds_credential: SecretStr = Field(SecretStr(""), description="a whole Authorization header")
    funds_public_url: str | None = Field(None, description="where readers follow a figure to its fund or project")
    publishers: tuple[str, ...] = Field(("undp",), description="whose footnotes are printed, as the pack names them")
    note: str | None = Field(None, description="printed below every answer, e.g. that the data are illustrative")
    parked_limit: int = Field(100, ge=0, description="streams that may be set aside before the worker stops")

    @property
    def reader_url(self) -> str:
        return (self.incidents_public_url or self.incidents_url).rstrip("/")

    @property
    def kpi_reader_url(self) -> str:
        return (self.kpi_public_url or self.kpi_url).rstrip("/")

    @property
    def funds_reader_url(self) -> str:
        return (self.funds_public_url or self.funds_url).rstrip("/")
