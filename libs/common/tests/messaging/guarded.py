"""A broker that asks who is there, for the tests of access: by SCRAM, with TLS and without, and with rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from common.messaging.kafka.access import KafkaAccess, Security
from common.testing.kafka import FAST, HOST, QUICK_START, EmbeddedKafka, free_ports

LISTENERS: dict[Security, str] = {"plaintext": "CLIENTS", "tls": "TLS", "sasl_plaintext": "SASL", "sasl_tls": "SASLTLS"}
PROTOCOLS = "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL"
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


@dataclass(frozen=True, slots=True)
class Guarded:
    """Whoever comes without a name, by `plaintext` or `tls`, may do everything; a user what `allow` says."""

    ports: dict[Security, int]
    certificate: Path

    def access(self, security: Security, user: str = "", password: str = "") -> KafkaAccess:
        return KafkaAccess(f"{HOST}:{self.ports[security]}", security, self.certificate, user, password)

    def add_user(self, user: str, password: str) -> None:
        secret = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        upsertion = UserScramCredentialUpsertion(user, secret, password.encode())
        admin = self._admin()
        for done in admin.alter_user_scram_credentials([upsertion]).values():
            done.result()

    def allow(self, user: str, kind: ResourceType, prefix: str, operations: Sequence[AclOperation]) -> None:
        rules = [
            AclBinding(
                kind, prefix, ResourcePatternType.PREFIXED, f"User:{user}", "*", operation, AclPermissionType.ALLOW
            )
            for operation in operations
        ]
        admin = self._admin()
        for done in admin.create_acls(rules).values():
            done.result()

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": f"{HOST}:{self.ports['plaintext']}"})


@contextmanager
def guarded_kafka(folder: Path) -> Iterator[Guarded]:
    """Raises `KafkaUnusable`."""
    controller, *listening = free_ports(1 + len(LISTENERS))
    guarded = Guarded(dict(zip(LISTENERS, listening, strict=True)), folder / "certificate.pem")
    _write_certificate(guarded.certificate, folder / "key.pem")
    addresses = ",".join(f"{name}://{HOST}:{guarded.ports[security]}" for security, name in LISTENERS.items())
    broker = EmbeddedKafka(
        folder / "kafka",
        ports=[guarded.ports["plaintext"], controller],
        java=QUICK_START,
        settings={
            **FAST,
            "listeners": f"{addresses},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": addresses,
            "listener.security.protocol.map": PROTOCOLS,
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl.scram-sha-512.sasl.jaas.config": MODULE,
            "listener.name.sasltls.scram-sha-512.sasl.jaas.config": MODULE,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(folder / "key.pem"),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        },
    )
    try:
        broker.start()
        yield guarded
    finally:
        broker.stop(at_once=True)


def _write_certificate(certificate: Path, keystore: Path) -> None:
    """Of the loopback address, and its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kafka")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    certificate.write_bytes(text)
    plain = serialization.NoEncryption()
    keystore.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + text)
