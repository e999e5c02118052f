"""`python -m deploy.nats ensure` makes streams and consumers; `config` prints the users and their rights."""

import argparse
import asyncio
import logging
import os
import sys

from deploy.catalogue import read_traffic
from deploy.nats.rights import authorization
from deploy.nats.streams import ensure_streams
from shared.streams import ServerTooOld


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.nats", description=__doc__)
    parser.add_argument("act", choices=("ensure", "config"))
    parser.add_argument("--replicas", type=int, default=1, help="copies of each stream, in a cluster")
    arguments = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())
    if arguments.act == "config":
        print(authorization(read_traffic()), end="")
        return 0
    url = os.environ.get("VANGNET_NATS_URL")
    if not url:
        print("VANGNET_NATS_URL must name the server, with a user that may make streams", file=sys.stderr)
        return 2
    try:
        asyncio.run(ensure_streams(url, replicas=arguments.replicas))
    except ServerTooOld:
        print("the NATS server is too old: 2.10 or newer is needed", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
