"""The launcher: what it installs, when, and what it says when it cannot."""

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from rivulus.house import paths

LAUNCHER = paths.CHECKOUT / "rivulus"


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module, set in a folder of its own."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("rivulus_launcher", str(LAUNCHER))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    module.ROOT = tmp_path  # type: ignore[attr-defined]
    module.TOOLS, module.VENV = tmp_path / ".uv", tmp_path / ".venv"  # type: ignore[attr-defined]
    module.PYTHON = tmp_path / ".venv" / "bin" / "python"  # type: ignore[attr-defined]
    for name in ("requirements.lock", "package-lock.json", "package.json"):
        (tmp_path / name).write_text("{}")
    return module


@pytest.fixture
def installed(launcher: ModuleType) -> ModuleType:
    """The launcher after everything was set up."""
    packages = launcher.VENV / "lib" / "python3.13" / "site-packages"
    for folder in (packages, launcher.PYTHON.parent, launcher.ROOT / "node_modules"):
        folder.mkdir(parents=True)
    launcher.PYTHON.touch()
    (launcher.VENV / "pyvenv.cfg").touch()
    launcher.write_path_file()
    launcher.set_stamp(launcher.VENV, launcher.python_mark())
    launcher.set_stamp(launcher.ROOT / "node_modules", launcher.browser_mark())
    return launcher


def steps(launcher: ModuleType) -> list[str]:
    return [name for name, _step in launcher.pending()]


def test_a_fresh_checkout_needs_every_step(launcher: ModuleType) -> None:
    assert steps(launcher) == ["Python environment", "Python packages", "Source path", "Browser packages"]


def test_an_installed_checkout_needs_nothing(installed: ModuleType) -> None:
    assert steps(installed) == []


@pytest.mark.parametrize(
    ("file", "step"), [("requirements.lock", "Python packages"), ("package-lock.json", "Browser packages")]
)
def test_a_changed_lock_is_installed_again(installed: ModuleType, file: str, step: str) -> None:
    (installed.ROOT / file).write_text("changed")
    assert steps(installed) == [step]


def test_a_moved_checkout_gets_its_new_path(installed: ModuleType, tmp_path: Path) -> None:
    installed.path_file().write_text("/somewhere/else/src\n")
    assert steps(installed) == ["Source path"]
    installed.write_path_file()
    assert installed.path_file().read_text() == f"{tmp_path}/src\n"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("npm error code ENOTFOUND", "no network"),
        ("error: Failed to fetch: `https://…` dns error", "no network"),
        ("hash mismatch for django", "not the one that was locked"),
        ("npm error code EINTEGRITY", "not the one that was locked"),
        ("mkdir: Permission denied", "cannot be written"),
    ],
)
def test_a_known_failure_is_a_sentence(launcher: ModuleType, output: str, sentence: str) -> None:
    assert sentence in launcher.told(output)


def test_an_unknown_failure_shows_the_command_and_its_last_words(launcher: ModuleType) -> None:
    with pytest.raises(launcher.TroubleError, match=r"`sh -c echo strange; false` failed\.\n {4}strange"):
        launcher.run(["sh", "-c", "echo strange; false"])


def test_without_pip_and_uv_it_says_what_to_install(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    monkeypatch.setattr(launcher.sys, "executable", "/bin/false")
    with pytest.raises(launcher.TroubleError, match="has no pip, and uv is not installed"):
        launcher.find_uv()


def test_a_python_that_does_not_start_is_not_used(launcher: ModuleType, tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not launcher.answers_version(str(shim), "3.13")
    assert not launcher.answers_version(str(tmp_path / "nothing"), "3.13")


def test_pythons_of_pyenv_are_found(launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "versions" / "3.12.9" / "bin" / "python3.12"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert str(python) in launcher.python_candidates("3.12")


def test_two_starts_do_not_install_at_once(launcher: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    launcher.TOOLS.mkdir()
    code = "import fcntl, sys, time; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, 2); print(1); time.sleep(.5)"
    words = [sys.executable, "-u", "-c", code, str(launcher.TOOLS / "setup.lock")]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with launcher.only_one():
            assert other.poll() is not None or other.wait(1) == 0
    assert "waiting for it" in capfd.readouterr().out


def test_help_lists_every_command() -> None:
    done = subprocess.run([sys.executable, "-m", "rivulus.house", "--help"], capture_output=True, text=True, check=True)
    for command in ("run", "test", "check", "load", "demo", "backup", "restore", "bench", "manage"):
        assert f"\n    {command} " in done.stdout
