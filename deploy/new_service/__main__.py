"""`python -m deploy.new_service NAME` (or `make new-service name=NAME`)."""

import sys
from pathlib import Path

from deploy.new_service import NotMade, left_to_do, make

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Write the files, and say what is left to a person."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        made = make(ROOT, name)
    except NotMade as why:
        print(why, file=sys.stderr)
        return 1
    for path in made:
        print(f"  {path.relative_to(ROOT)}")
    print(left_to_do(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
