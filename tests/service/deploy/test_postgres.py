"""The embedded PostgreSQL: closed by a password, durable, and without trace after its maker's death."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import runs

HOLDER = """
import sys, time
from pathlib import Path
from deploy.local.processes import runs
from deploy.local.postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), password="secret") as postgres:
    print(postgres.process.pid, flush=True)
    time.sleep(60)
"""

WAYS = ["namespace", "nobody"] if os.geteuid() == 0 else ["ordinary user"]


@pytest.mark.parametrize("others", ["may pass", "may not pass"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_was_committed_survives_a_power_cut(tmp_path: Path, way: str, others: str) -> None:
    # Only one's own folder is closed: the ones above are those of the other workers too.
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    tmp_path.chmod(0o755 if others == "may pass" else 0o700)
    with EmbeddedPostgres(tmp_path / "postgres", password="secret", as_root=way) as postgres:
        try:
            connection = await asyncpg.connect(postgres.admin_url)
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            port = postgres.port
            postgres.kill()
            postgres.start()
            again = await asyncpg.connect(postgres.admin_url)

            assert await again.fetchval("SELECT answer FROM kept") == 42
            assert await again.fetchval("SHOW server_version_num") >= "180000"
            assert await again.fetchval("SHOW fsync") == "on"
            assert postgres.port == port
            await again.close()
            connection.terminate()
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(postgres.admin_url.replace("secret", "guess"))
        finally:
            postgres.stop()
            postgres.erase()


def test_it_stops_when_its_maker_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "postgres")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    server = int(holder.stdout.readline())

    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    # a new one on the same data waits for the old one to finish
    with EmbeddedPostgres(tmp_path / "postgres", password="secret") as postgres:
        assert postgres.alive()
        assert not runs(server, str(tmp_path))


def test_a_leftover_pid_file_of_another_process_is_no_hindrance(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", password="secret") as postgres:
        data = postgres.data
        postgres.kill()
        lines = (data / "postmaster.pid").read_text().splitlines()
        (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

        started = time.monotonic()
        postgres.start()

        assert time.monotonic() - started < 10
