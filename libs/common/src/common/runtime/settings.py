"""What every service's settings have in common; read from the environment by a service's bootstrap alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.messaging.kafka.access import KafkaAccess, Security


class KafkaSettings(BaseSettings):
    """How the cluster is reached, the same for everything that does."""

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", frozen=True)

    kafka_bootstrap: str = Field("127.0.0.1:9092", validation_alias="SALWATCH_KAFKA", description="bootstrap servers")
    kafka_security: Security = Field("plaintext", validation_alias="SALWATCH_KAFKA_SECURITY")
    kafka_ca: FilePath | None = Field(
        None, validation_alias="SALWATCH_KAFKA_CA", description="PEM file of who vouches for the cluster's certificate"
    )
    kafka_user: str = Field("", validate_default=True, validation_alias="SALWATCH_KAFKA_USER")
    kafka_password: SecretStr = Field(
        SecretStr(""), validate_default=True, validation_alias="SALWATCH_KAFKA_PASSWORD", description="SCRAM-SHA-512"
    )

    @field_validator("kafka_user", "kafka_password")
    @classmethod
    def _is_there_where_it_is_asked_for(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        if not len(value) and (security := info.data.get("kafka_security", "")).startswith("sasl"):
            raise ValueError(f"{security} needs it")
        return value

    @property
    def kafka(self) -> KafkaAccess:
        return KafkaAccess(
            self.kafka_bootstrap,
            self.kafka_security,
            self.kafka_ca,
            self.kafka_user,
            self.kafka_password.get_secret_value(),
        )


class ServiceSettings(KafkaSettings):
    """A service subclasses this with `model_config = settings_config("INCIDENTS_")`: its own settings have that prefix,
    those that all services share have `SALWATCH_`. In code they are given by field name."""

    database_url: str
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    metrics_port: int | None = Field(None, ge=0, le=65535)
    pool_size: int = Field(10, ge=2, description="a worker keeps one while it reads the feed")
    pack: str = Field("western-balkans", validation_alias="SALWATCH_PACK")
    jwks: str = Field("var/jwks.json", validation_alias="SALWATCH_JWKS", description="path or http(s) URL")
    issuer: str = Field("salwatch-embedded", validation_alias="SALWATCH_ISSUER")
    audience: str = Field("salwatch", validation_alias="SALWATCH_AUDIENCE")
    transport: Literal["feed", "kafka"] = Field("feed", validation_alias="SALWATCH_TRANSPORT")
    topics: Path = Field(
        Path("deploy/kafka/topics.yaml"), validation_alias="SALWATCH_TOPICS", description="where topics are declared"
    )
    instance: str | None = Field(
        None,
        validation_alias="SALWATCH_INSTANCE",
        description="a name of this process among its like that a restart keeps: then partitions stay with it",
    )
    log_level: str = Field("info", validation_alias="SALWATCH_LOG_LEVEL")
    drain_seconds: float = Field(0.0, ge=0, validation_alias="SALWATCH_DRAIN_SECONDS")
    stop_seconds: float = Field(20.0, gt=0, validation_alias="SALWATCH_STOP_SECONDS")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if not value.startswith("postgresql://"):
            raise ValueError("must start with postgresql://")
        return value


def complaint(error: ValidationError) -> str:
    """What is wrong with which settings, in one line; without the values, for one of them may be a secret."""
    return "; ".join(
        f"setting {'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)
    )


def settings_config(prefix: str) -> SettingsConfigDict:
    """The `model_config` of a service whose own variables start with `prefix`."""
    return SettingsConfigDict(env_prefix=prefix)  # the rest is inherited
