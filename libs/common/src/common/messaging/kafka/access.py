"""How a Kafka cluster is reached: its addresses, and what a client shows it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

Security: TypeAlias = Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"]

_PROTOCOLS = {"plaintext": "PLAINTEXT", "tls": "SSL", "sasl_plaintext": "SASL_PLAINTEXT", "sasl_tls": "SASL_SSL"}


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """`bootstrap` is the addresses by commas. With `sasl_…` the cluster asks for `user` and `password`, by
    SCRAM-SHA-512; with `…tls` its certificate must be of `ca`, a PEM file (None: of an authority the system trusts)."""

    bootstrap: str
    security: Security = "plaintext"
    ca: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    def client_options(self) -> dict[str, Any]:
        """What every client of aiokafka is made with; holds the password. Raises `OSError` where `ca` is no such
        file."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": _PROTOCOLS[self.security],
        }
        if self.security.endswith("tls"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca)
        if self.security.startswith("sasl"):
            options |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return options
