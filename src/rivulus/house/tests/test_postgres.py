"""The platform's own database server: shared, recovered, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rivulus.house import keeper, locks
from rivulus.house.accounts import Account
from rivulus.house.errors import HouseError
from rivulus.house.postgres import FOR_TESTS, SOCKET_PATH_LIMIT, Cluster, explained

HOLD = """
import sys
from pathlib import Path
from rivulus.house.postgres import FOR_TESTS, Cluster
Cluster(Path(sys.argv[1]), FOR_TESTS).start()
print("started", flush=True)
sys.stdin.read()
"""


def other_process(cluster: Cluster) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", HOLD, str(cluster.folder)]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def ask(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url("postgres")) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def tell(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url("postgres")) as connection:
        connection.execute(statement.encode())


def eventually(holds: Callable[[], object], patience_s: float = 10) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except psycopg.OperationalError:
            pass
        time.sleep(0.02)
    pytest.fail("It did not happen in time.")


def test_romanian_and_hungarian_letters_change_case(cluster: Cluster) -> None:
    with cluster:
        assert ask(cluster, "SELECT lower('ȘȚĂÎÂ ŐŰ')") == "șțăîâ őű"


def test_no_tcp_port_is_opened(cluster: Cluster) -> None:
    with cluster:
        assert ask(cluster, "SHOW listen_addresses") == ""


def test_the_last_user_stops_the_server(cluster: Cluster) -> None:
    other = Cluster(cluster.folder, FOR_TESTS)
    cluster.start()
    other.start()
    assert cluster.pid() == other.pid()
    cluster.stop()
    assert ask(other, "SELECT 1") == 1
    other.stop()
    assert not other.is_running()
    assert not (cluster.data / "postmaster.pid").exists()


def test_two_processes_share_one_server(cluster: Cluster) -> None:
    other = other_process(cluster)
    with cluster:
        end(other)
        time.sleep(2 * keeper.LOOK_EVERY_S)
        assert ask(cluster, "SELECT 1") == 1


def test_a_killed_user_does_not_leave_the_server_behind(cluster: Cluster) -> None:
    other = other_process(cluster)
    pid = cluster.pid()
    end(other)
    eventually(lambda: not keeper.serves(pid, cluster.data))
    eventually(lambda: not cluster.is_running())


def test_a_killed_server_comes_back_with_every_row(cluster: Cluster) -> None:
    with cluster:
        tell(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(cluster.pid(), signal.SIGKILL)
        eventually(lambda: ask(cluster, "SELECT count(*) FROM kept") == 1000)


def test_a_killed_keeper_takes_the_server_along_and_both_come_back(cluster: Cluster) -> None:
    with cluster:
        tell(cluster, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(int((cluster.folder / "keeper.lock").read_text()), signal.SIGKILL)
        eventually(lambda: not cluster.is_running())
        cluster.start()
        assert ask(cluster, "SELECT count(*) FROM kept") == 1000


def test_the_pid_file_of_a_dead_server_does_not_hinder_a_start(cluster: Cluster) -> None:
    # The number now belongs to somebody else, as happens when a container starts again.
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n\nready\n")
    with cluster:
        assert ask(cluster, "SELECT 1") == 1


def test_a_folder_with_a_long_name_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("a-very-long-name" * 8)
    assert len(str(Cluster(folder).socket_folder)) < SOCKET_PATH_LIMIT - 20
    with Cluster(folder, FOR_TESTS) as cluster:
        assert ask(cluster, "SELECT 1") == 1
    assert not cluster.socket_folder.exists()


def test_a_link_laid_where_the_socket_belongs_is_not_followed(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / ("a-very-long-name" * 8), FOR_TESTS)
    bait = tmp_path / "bait"
    bait.mkdir(mode=0o755)
    cluster.socket_folder.symlink_to(bait)
    try:
        with pytest.raises(HouseError, match="belongs to somebody else"):
            cluster.start()
        assert bait.stat().st_mode & 0o777 == 0o755
    finally:
        cluster.socket_folder.unlink()


def test_data_of_another_release_is_refused_with_a_way_out(cluster: Cluster) -> None:
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(HouseError, match=r"written by PostgreSQL 17.*Make a backup"):
        cluster.start()
    assert not locks.is_held(cluster.folder / "users.lock")


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    broken = Cluster(cluster.folder, {**FOR_TESTS, "shared_buffers": "nonsense"})
    with pytest.raises(HouseError, match=r"(?s)did not start.*shared_buffers"):
        broken.start()


def test_a_full_disk_is_called_a_full_disk(tmp_path: Path) -> None:
    assert explained("FATAL: could not write: No space left on device", tmp_path).startswith("The disk is full")


def test_refused_namespaces_lead_to_another_account_or_a_clear_sentence(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rivulus.house.accounts.namespaces_work", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(HouseError, match=r"refuses `unshare --user --map-user=1`.*Start Rivulus as an ordinary user"):
        cluster.start()


def test_an_account_is_the_present_one_unless_said_otherwise() -> None:
    assert Account().run(["id", "-u"]).stdout.strip() == str(os.geteuid())
