"""Tokens: only what our issuer signed, in the one way it signs, for us, now."""

import asyncio
import base64
import hashlib
import hmac
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from common.kernel.clock import utc_now
from common.security import jwks as jwks_module
from common.security.issuer import Issuer, main
from common.security.jwks import Jwks, KeysUnavailable
from common.security.principal import Unauthenticated
from common.security.tokens import Claims, TokenVerifier


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "keys" / "issuer.pem")
    issuer.write_jwks(tmp_path / "jwks.json")
    return issuer


@pytest.fixture
def verifier(issuer: Issuer, tmp_path: Path) -> TokenVerifier:
    return TokenVerifier(Jwks(str(tmp_path / "jwks.json")), issuer="salwatch-embedded", audience="salwatch")


async def refused(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(Unauthenticated) as raised:
        await verifier.verify(token)
    return str(raised.value)


async def test_a_token_says_who_and_what(issuer: Issuer, verifier: TokenVerifier) -> None:
    token = issuer.issue("verifier", jurisdictions=["RS"], agency="rs-moi")
    claims = await verifier.verify(token)
    assert claims == Claims("embedded-verifier", ("verifier",), "rs-moi", frozenset({"RS"}))
    assert (await verifier.verify(issuer.issue("analyst"))).jurisdictions is None


async def test_a_role_may_stand_for_other_claims(tmp_path: Path, verifier: TokenVerifier) -> None:
    issuer = Issuer(
        tmp_path / "keys" / "issuer.pem", claims_of_roles={"member_GB": {"roles": ["member"], "agency": "GB"}}
    )
    claims = await verifier.verify(issuer.issue("member_GB"))
    assert (claims.roles, claims.agency) == (("member",), "GB")


async def test_an_expired_token_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert "expired" in await refused(verifier, issuer.issue("x", lifetime=timedelta(minutes=-1)))


async def test_a_token_of_tomorrow_is_refused(tmp_path: Path, verifier: TokenVerifier) -> None:
    later = Issuer(tmp_path / "keys" / "issuer.pem", clock=lambda: utc_now() + timedelta(hours=1))
    await refused(verifier, later.issue("x"))


@pytest.mark.parametrize("other", [{"issuer": "somebody"}, {"audience": "elsewhere"}])
async def test_a_token_for_others_or_of_others_is_refused(
    tmp_path: Path, verifier: TokenVerifier, other: dict[str, str]
) -> None:
    await refused(verifier, Issuer(tmp_path / "keys" / "issuer.pem", **other).issue("x"))


@pytest.mark.parametrize("missing", ["exp", "nbf", "sub", "iss", "aud"])
async def test_a_token_without_a_needed_claim_is_refused(issuer: Issuer, verifier: TokenVerifier, missing: str) -> None:
    claims = jwt.decode(issuer.issue("x"), options={"verify_signature": False})
    del claims[missing]
    await refused(verifier, jwt.encode(claims, issuer._key, algorithm="EdDSA", headers={"kid": "embedded"}))


@pytest.mark.parametrize("bad", [{"roles": "administrator"}, {"roles": [1]}, {"agency": 5}, {"jurisdictions": "RS"}])
async def test_claims_of_another_shape_are_refused(
    issuer: Issuer, verifier: TokenVerifier, bad: dict[str, Any]
) -> None:
    claims = jwt.decode(issuer.issue("x"), options={"verify_signature": False})
    await refused(verifier, jwt.encode(claims | bad, issuer._key, algorithm="EdDSA", headers={"kid": "embedded"}))


def forged(header: dict[str, Any], claims: dict[str, Any], sign: bytes | None) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    text = ".".join(parts)
    signature = b"" if sign is None else hmac.digest(sign, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


async def test_none_and_symmetric_confusions_are_refused(
    issuer: Issuer, verifier: TokenVerifier, tmp_path: Path
) -> None:
    claims = jwt.decode(issuer.issue("administrator"), options={"verify_signature": False})
    public = base64.urlsafe_b64decode(issuer.jwks()["keys"][0]["x"] + "=")
    secrets = [None, public, (tmp_path / "jwks.json").read_bytes(), b""]
    for algorithm in ("none", "None", "HS256", "EdDSA", "RS256"):
        for secret in secrets:
            await refused(verifier, forged({"alg": algorithm, "typ": "JWT", "kid": "embedded"}, claims, secret))


async def test_a_symmetric_key_in_the_published_set_is_ignored(issuer: Issuer, tmp_path: Path) -> None:
    secret = b"s" * 32
    entry = {"kty": "oct", "kid": "sym", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")}
    path = tmp_path / "both.json"
    path.write_text(
        json.dumps({"keys": [entry, {"kty": "OKP", "crv": "X25519", "kid": "e", "x": "AA"}, *issuer.jwks()["keys"]]})
    )
    verifier = TokenVerifier(Jwks(str(path)), issuer="salwatch-embedded", audience="salwatch")
    claims = jwt.decode(issuer.issue("administrator"), options={"verify_signature": False})
    await refused(verifier, jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "sym"}))
    assert (await verifier.verify(issuer.issue("analyst"))).roles == ("analyst",)


async def test_an_rsa_key_signs_in_its_own_way_only(issuer: Issuer, tmp_path: Path) -> None:
    private = generate_private_key(public_exponent=65537, key_size=2048)
    entry = json.loads(RSAAlgorithm.to_jwk(private.public_key())) | {"kid": "rsa"}
    path = tmp_path / "rsa.json"
    path.write_text(json.dumps({"keys": [entry]}))
    verifier = TokenVerifier(Jwks(str(path)), issuer="salwatch-embedded", audience="salwatch")
    claims = jwt.decode(issuer.issue("analyst"), options={"verify_signature": False})
    assert (await verifier.verify(jwt.encode(claims, private, "RS256", headers={"kid": "rsa"}))).roles == ("analyst",)
    await refused(verifier, jwt.encode(claims, private, "RS512", headers={"kid": "rsa"}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 9_000,
        "\ud800.a.b",
        "é.é.é",
        base64.urlsafe_b64encode(b"[" * 5_000).decode() + ".e30.x",
        base64.urlsafe_b64encode(b'{"kid": ["x"]}').decode() + ".e30.x",
    ],
)
async def test_any_rubbish_is_refused(verifier: TokenVerifier, token: str) -> None:
    await refused(verifier, token)


async def test_a_changed_token_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    head, body, signature = issuer.issue("analyst").split(".")
    other = issuer.issue("administrator").split(".")[1]
    await refused(verifier, f"{head}.{other}.{signature}")
    await refused(verifier, f"{head}.{body}.")


async def test_new_keys_are_found_and_a_flood_of_unknown_ones_is_not_passed_on(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "jwks.json"
    jwks = Jwks(str(path))
    assert await jwks.key("embedded") is not None
    renamed = issuer.jwks()
    renamed["keys"][0]["kid"] = "next"
    path.write_text(json.dumps(renamed))
    assert await jwks.key("next") is None  # asked a moment ago
    monkeypatch.setattr(jwks_module, "ASK_AGAIN_SECONDS", 0)
    assert await jwks.key("next") is not None


async def test_known_keys_are_used_on_while_the_source_is_away(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks_module, "ASK_AGAIN_SECONDS", 0)
    jwks = Jwks(str(tmp_path / "jwks.json"))
    await jwks.key("embedded")
    (tmp_path / "jwks.json").write_text("{")
    assert await jwks.key("other") is None
    assert await jwks.key("embedded") is not None
    with pytest.raises(KeysUnavailable):
        await Jwks(str(tmp_path / "nothing.json")).key("embedded")


async def test_keys_come_over_http_and_no_more_than_is_sane(issuer: Issuer) -> None:
    bodies = [json.dumps(issuer.jwks()).encode(), b" " * (jwks_module.MAX_BYTES + 1)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = bodies.pop(0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        assert await Jwks(url).key("embedded") is not None
        with pytest.raises(KeysUnavailable):
            await Jwks(url).key("embedded")


def test_the_key_file_is_the_owners_alone_and_is_kept(tmp_path: Path) -> None:
    first = Issuer(tmp_path / "a" / "issuer.pem")
    assert stat.S_IMODE((tmp_path / "a" / "issuer.pem").stat().st_mode) == 0o600
    assert Issuer(tmp_path / "a" / "issuer.pem").jwks() == first.jwks()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["issuer.pem"]
    assert "d" not in first.jwks()["keys"][0]


def test_a_token_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key_file = str(tmp_path / "issuer.pem")
    assert main(["verifier", "--key-file", key_file, "--jurisdictions", "RS,ME", "--hours", "1"]) == 0
    claims = jwt.decode(capsys.readouterr().out.strip(), options={"verify_signature": False})
    assert (claims["roles"], claims["jurisdictions"]) == (["verifier"], ["RS", "ME"])
