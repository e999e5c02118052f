"""The settings that every service reads from its environment, each as `VANGNET_<NAME>`."""

import os
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

PREFIX = "VANGNET_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field, one variable: `http_port` is `VANGNET_HTTP_PORT`. Durations are in seconds."""

    service_db_url: str = ""
    migration_db_url: str = ""
    nats_url: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    identity_url: str = ""
    cases_url: str = ""
    rostering_url: str = ""
    referrals_url: str = ""
    notifications_url: str = ""
    public_url: str = ""
    service_secret: str = ""
    audit_key: str = ""
    otlp_endpoint: str = ""
    trace_ratio: float = 0.1
    metrics_enabled: bool = True
    log_level: str = "INFO"
    db_pool_size: int = 8
    db_statement_cache: int = 512
    db_recycle_seconds: int = 1800
    export_dir: str = "exports"
    seal_seconds: float = 60.0
    key_days: int = 30
    """How long a command's key answers a repetition: a phone may come out of a drawer after a holiday."""
    inbox_days: int = 60
    """How long a handled event is remembered; longer than the streams keep it (`deploy/nats/streams.py`)."""
    prune_seconds: float = 6 * 3600.0


SettingsType = TypeVar("SettingsType", bound=Settings)


class SettingsWrong(Exception):
    """A variable cannot be read as what it should be; the message names the variable, never its value."""


def read(kind: type[SettingsType], environ: Mapping[str, str] = os.environ) -> SettingsType:
    """Read the settings struct `kind`; raises `SettingsWrong`."""
    given = {
        field: environ[PREFIX + field.upper()]
        for field in kind.__struct_fields__
        if PREFIX + field.upper() in environ
    }
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in given:
            continue
        try:
            values[field.name] = msgspec.convert(given[field.name], field.type, strict=False)
        except msgspec.ValidationError:
            message = f"{PREFIX}{field.name.upper()} is not a valid {field.type}"
            raise SettingsWrong(message) from None
    try:
        return kind(**values)
    except TypeError as wrong:
        raise SettingsWrong(str(wrong)) from None
