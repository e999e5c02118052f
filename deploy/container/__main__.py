"""`python -m deploy.container nats` prints nats.conf, `... env` a `.env` with new secrets."""

import argparse
import secrets
import sys

from deploy.catalogue import OWNERS, SERVICES, read_traffic
from deploy.nats.rights import ADMIN, authorization


def nats_conf() -> str:
    """One server for containers: JetStream on disk, a health port, and the rights of each service."""
    head = 'server_name: vangnet\nport: 4222\nhttp_port: 8222\njetstream { store_dir: "/data" }\n'
    return head + authorization(read_traffic())


def environment_file() -> str:
    """A secret for each place that needs one; URL-safe, so that it may stand in an address."""
    names = [
        "POSTGRES_PASSWORD",
        *(f"VANGNET_NATS_PASSWORD_{each.upper()}" for each in (ADMIN, *SERVICES)),
        *(f"VANGNET_{kind}_PASSWORD_{each.upper()}" for each in OWNERS for kind in ("DB", "MIGRATOR")),
        *(f"VANGNET_SERVICE_SECRET_{each.upper()}" for each in SERVICES),
        *(f"VANGNET_AUDIT_KEY_{each.upper()}" for each in OWNERS),
        "VANGNET_KEY_ENCRYPTION_KEY",
        "VANGNET_SMS_SECRET",
        "VANGNET_PUSH_KEY",
        "VANGNET_DOCUMENTS_KEY",
    ]
    return "".join(f"{name}={secrets.token_urlsafe(32)}\n" for name in names)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.container", description=__doc__)
    parser.add_argument("what", choices=("nats", "env"))
    made = nats_conf() if parser.parse_args().what == "nats" else environment_file()
    sys.stdout.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
