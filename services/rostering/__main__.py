"""`python -m services.rostering`: serve, work, migrate, look at parked messages."""

import sys

from services.rostering.app import build
from shared import cli

if __name__ == "__main__":
    sys.exit(cli.main(build))
