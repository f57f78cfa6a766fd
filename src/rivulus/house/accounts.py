"""Under which account the database server runs: PostgreSQL refuses to run as root."""

# ruff: noqa: S603 (the commands are our own words)

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from rivulus.house.errors import HouseError

# Inside a user namespace of its own the same root process is number 1: an ordinary account, with the same files.
NAMESPACE = ("unshare", "--user", "--map-user=1")
ACCOUNTS = ("rivulus", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """How to start a command so that it is not root: a prefix, or another user and group."""

    prefix: tuple[str, ...] = ()
    switch: dict[str, object] = field(default_factory=dict)
    uid: int = field(default_factory=os.geteuid)
    gid: int = field(default_factory=os.getegid)

    def run(self, command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
        """Run to the end and return what was said, on both streams."""
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [*self.prefix, *command],
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self.switch,
            **options,
        )

    def give(self, folder: Path) -> None:
        """Make the folder the account's own."""
        if self.uid != os.geteuid():
            os.chown(folder, self.uid, self.gid)


def choose(data: Path, program: Path) -> Account:
    """The account for the data folder: its owner if it exists, else the best one this machine allows."""
    if os.geteuid() != 0:
        return Account()
    owner = data.stat().st_uid if data.exists() else None
    if owner in (None, 0) and namespaces_work():
        return Account(prefix=NAMESPACE)
    if owner == 0:
        raise HouseError(
            f"The database in {data} belongs to root, and this machine refuses `{' '.join(NAMESPACE)}`, without which "
            "PostgreSQL does not run as root. Start Rivulus as an ordinary user who owns the data folder."
        )
    return _other_account(owner, data, program)


def namespaces_work() -> bool:
    """Whether this machine lets us enter a user namespace."""
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _other_account(uid: int | None, data: Path, program: Path) -> Account:
    person = _find(uid)
    account = Account(
        switch={"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}, uid=person.pw_uid, gid=person.pw_gid
    )
    try:
        works = account.run([str(program), "--version"], cwd="/").returncode == 0
        reaches = account.run(["test", "-x", str(_nearest(data.parent.parent))], cwd="/").returncode == 0
    except (PermissionError, OSError):
        works = reaches = False
    if works and reaches:
        return account
    raise HouseError(
        f"PostgreSQL does not run as root; this machine refuses `{' '.join(NAMESPACE)}`, and the account "
        f"“{person.pw_name}” cannot reach {program if not works else data.parent}. Start Rivulus as an ordinary user, "
        "or move the checkout and RIVULUS_HOME to a folder that everybody may enter (not /root), "
        "or name another server in DATABASE_URL."
    )


def _find(uid: int | None) -> pwd.struct_passwd:
    if uid is not None:
        return pwd.getpwuid(uid)
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise HouseError("PostgreSQL does not run as root, and this machine has no other account. Start as another user.")


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else _nearest(folder.parent)
