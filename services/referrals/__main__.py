"""`python -m services.referrals`: serve, work, migrate, look at parked messages."""

import sys

from services.referrals.app import build
from shared import cli

if __name__ == "__main__":
    sys.exit(cli.main(build))
