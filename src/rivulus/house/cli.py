"""What `./rivulus` understands."""

# ruff: noqa: S603 (the commands are our own words)

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rivulus.house.errors import HouseError

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000
# These take the rest of the line as it is, options included.
PASSED_ON = ("test", "manage")

# What may be imported; each is a management command called import_ and its name, which knows its own options.
IMPORTS = {
    "osm": "an OpenStreetMap extract with the base map, the search and the network of streets",
    "boundaries": "administrative units with their SIRUTA codes",
    "streets": "names of streets with their postcodes",
}


def main(arguments: list[str]) -> int:
    """Do what was asked and return the exit status."""
    started = time.monotonic()
    try:
        if arguments and arguments[0] in PASSED_ON:
            return {"test": test, "manage": manage}[arguments[0]](arguments[1:])
        if not arguments or (arguments[0].startswith("-") and arguments[0] not in {"-h", "--help"}):
            arguments = ["run", *arguments]
        asked = parser().parse_args(arguments)
        asked.started = started
        do: Callable[[argparse.Namespace], int] = asked.do
        return do(asked)
    except HouseError as error:
        print(f"rivulus: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno != 28:  # no space left on device
            raise
        print("rivulus: The disk is full. Make room and start again.", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The commands, a sentence each."""
    top = argparse.ArgumentParser(
        prog="./rivulus",
        description="Rivulus, the open city platform of Baia Mare. Without a command it runs.",
        epilog="Everything is kept in one folder: RIVULUS_HOME, or var in the checkout.",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, do: Callable[[argparse.Namespace], int], sentence: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=sentence, description=sentence)
        sub.set_defaults(do=do)
        return sub

    sub = command(
        "run", run, "Run the platform: web pages, gate for observations, worker, watch and database, until Ctrl-C."
    )
    sub.add_argument("--host", default=DEFAULT_HOST, help="the address to listen on (0.0.0.0: all of the machine's)")
    sub.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"the port to listen on ({DEFAULT_PORT})")
    sub.add_argument("--no-demo", action="store_true", help="refuse demonstration data, as a real city wants")
    command("test", lambda asked: test([]), "Run the tests; what follows is handed to pytest.")
    command("check", _check, "Check form, types, import contracts, migrations and translations.")
    sub = command("load", _load, "Load the city's facts again, from pack/baia_mare or another folder.")
    sub.add_argument("path", nargs="?", type=Path, help="a folder with another pack")
    sub = command("import", _import, "Import from a file: " + "; ".join(f"{k}, {v}" for k, v in IMPORTS.items()) + ".")
    sub.add_argument("what", choices=list(IMPORTS))
    sub.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="FILE …", help="the file, and options of that import"
    )
    command("demo", _demo, "Add people of every role, reports and a simulated city for trying things out.")
    sub = command("backup", _backup, "Write the database and all files into one file.")
    sub.add_argument("file", type=Path)
    sub = command("restore", _restore, "Put everything back as a backup has it.")
    sub.add_argument("file", type=Path)
    sub = command("bench", _bench, "Measure how fast something is, on a database of its own.")
    sub.add_argument("name")
    sub.add_argument("arguments", nargs=argparse.REMAINDER)
    command("manage", lambda asked: manage([]), "Run a Django management command with the database available.")
    return top


def run(asked: argparse.Namespace) -> int:
    """Prepare what is not ready and run until told to stop."""
    from rivulus.house import running

    if asked.no_demo:
        os.environ["RIVULUS_DEMO"] = "0"
    return running.run(asked.host, asked.port, started=asked.started)


def test(arguments: list[str]) -> int:
    """Run pytest on two processes, unless the arguments say otherwise."""
    from rivulus.house import paths, prepare

    prepare.compile_translations()
    is_spread = not any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
    spread = ["-n", "2", "--dist", "worksteal"] if is_spread else []  # who is done first takes over from the other
    environment = {key: value for key, value in os.environ.items() if not _is_ours(key)}
    words = [sys.executable, "-m", "pytest", *spread, *arguments]
    return subprocess.run(words, cwd=paths.CHECKOUT, env=environment, check=False).returncode


def _is_ours(key: str) -> bool:
    """A setting of a running platform, which must not reach tests."""
    return key == "DATABASE_URL" or (key.startswith("RIVULUS_") and key != "RIVULUS_CHROMIUM")


def manage(arguments: list[str]) -> int:
    """Run Django's own command line."""
    from rivulus.house import database, prepare

    with database.available():
        prepare.make_secret_key()
        prepare.compile_translations()
        prepare.start_django()
        from django.core.management import execute_from_command_line

        try:
            execute_from_command_line(["./rivulus manage", *(arguments or ["help"])])
        finally:
            if arguments and arguments[0] in {"migrate", "flush", "sqlflush", "loaddata"}:
                database.write_prepared(database.Prepared())  # the next start looks for itself
            prepare.stop_django()
    return 0


def _call(*words: str) -> int:
    """Bring the database up to date and run one of our own management commands."""
    from rivulus.house import database, prepare

    with database.available():
        prepare.prepare()
        prepare.start_django()
        from django.core.management import CommandError, call_command

        try:
            call_command(*words)
        except CommandError as error:
            raise HouseError(str(error)) from error
        finally:
            prepare.stop_django()
    return 0


def _check(_asked: argparse.Namespace) -> int:
    from rivulus.house.check import check

    return check()


def _load(asked: argparse.Namespace) -> int:
    folder = [str(asked.path)] if asked.path else []
    return _call("load_pack", *folder) or _call("load_observations", *folder) or _call("load_atlas")


def _import(asked: argparse.Namespace) -> int:
    return _call(f"import_{asked.what}", *asked.arguments)


def _demo(_asked: argparse.Namespace) -> int:
    return _call("demo")


def _backup(asked: argparse.Namespace) -> int:
    from rivulus.house import backup, database

    with database.available():
        backup.back_up(asked.file)
    print(f"Written: {asked.file}")
    return 0


def _restore(asked: argparse.Namespace) -> int:
    from rivulus.house import backup, database

    with database.available():
        former = backup.restore(asked.file)
    print(f"Restored. What was there before is kept as the database “{former}” until the next restore.")
    return 0


def _bench(asked: argparse.Namespace) -> int:
    from rivulus.house.bench import bench

    return bench(asked.name, asked.arguments)
