"""Apache Kafka's jars, fetched once by Maven and run by Java 17."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path


class KafkaUnusable(Exception):
    """The broker cannot be had; the message is one line for a person."""


def require_java() -> None:
    """Raises `KafkaUnusable` where Java or what fetches Kafka's jars is missing."""
    for program, package in (("java", "a Java 17 runtime"), ("mvn", "Maven")):
        if program == "mvn" and _jars().exists():
            continue
        if shutil.which(program) is None:
            raise KafkaUnusable(f"Kafka needs {package}: the command {program} is not there.")


def java_command(main_class: str, *options: str) -> list[str]:
    """Runs one of Kafka's programs, to which arguments may be added. Raises `KafkaUnusable`."""
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    memory = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC")
    return ["java", *memory, *options, quiet, "-cp", f"{_fetched_jars()}/*", main_class]


def _jars() -> Path:
    """Where this Kafka's jars are kept for every run of this user."""
    wanted = files("common.testing").joinpath("kafka.xml").read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "salwatch" / f"kafka-{hashlib.sha256(wanted).hexdigest()[:12]}"


def _fetched_jars() -> Path:
    """Fetches them where they are not there yet, beside the final folder: an interrupted fetch leaves nothing."""
    require_java()
    jars = _jars()
    if jars.exists():
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=jars.parent))
    with as_file(files("common.testing").joinpath("kafka.xml")) as wanted:
        command = ["mvn", "-B", "-q", "-f", str(wanted), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        done = subprocess.run(  # noqa: S603 - the user's own Maven
            [*command, f"-DoutputDirectory={fresh}"], check=False, capture_output=True, text=True
        )
    if done.returncode != 0:
        shutil.rmtree(fresh)
        raise KafkaUnusable(f"Maven could not fetch Kafka: {reason(done.stdout + done.stderr)}")
    try:
        fresh.rename(jars)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return jars


def reason(output: str) -> str:
    """The line of a program's output that tells most."""
    if "UnsupportedClassVersionError" in output:
        return "it needs Java 17 or newer"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR" in line or "Exception" in line]
    return (telling or lines or ["no reason given"])[0]
