"""What holds for every test: no network, no stored models unless marked, the same draws every time.

`base` tests read the stored bases that `make test` pulls beforehand; all others see an empty home of their own.
`shared` tests read published data from FINEWRIGHT_SHARED; where it is absent they skip, and in CI they fail.
"""

import importlib.util
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from finewright.privacy.keyed import KEY_BYTES
from finewright.privacy.scope import Scope, open_scope

ROOT = Path(__file__).resolve().parents[1]
STORED = Path(os.environ.get("FINEWRIGHT_HOME", "~/.finewright")).expanduser()
SHARED = Path(os.environ.get("FINEWRIGHT_SHARED", ROOT.parent / "shared" / "data"))
CI = os.environ.get("CI", "").lower() in ("1", "true")
LOOPBACK = ("127.", "::1", "localhost")

# Children of a test inherit these: they too find no network.
os.environ |= {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PIP_NO_INDEX": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores: one thread each, and threads that a test asks for beyond that sleep while they wait
    # instead of spinning on a core that another needs. Read once, when torch is first imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("FINEWRIGHT_EXPLORE") else "same")


class NetworkForbidden(AssertionError):
    """A test reached for the network."""


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Any connection or name look-up beyond a local socket file raises; loopback is for tests marked so."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


@pytest.fixture(autouse=True, scope="session")
def _same_surrogates() -> Iterator[None]:
    """A run makes surrogates under a key of chance, and rows that say other numbers fall into other parts: here the key
    is always the same, but for tests that ask for `fresh_keys`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.flows.privacy.scrubbing.open_scope", _opened_with_the_tests_key)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_audit() -> Iterator[None]:
    """Runs end with their report, since attacks on each would take most of the time: but for tests that ask for
    `audited`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.flows.run.ended", lambda folder, say: None)
        yield


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end with audit and gate, as outside of tests."""
    from finewright.flows.audit.ending import ended  # here alone: it brings in torch

    monkeypatch.setattr("finewright.flows.run.ended", ended)


@pytest.fixture
def fresh_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of chance, as outside of tests."""
    monkeypatch.setattr("finewright.flows.privacy.scrubbing.open_scope", open_scope)


def _opened_with_the_tests_key(folder: Path) -> Scope:
    path = folder / "scope.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_bytes(bytes(range(KEY_BYTES)))
    return open_scope(folder)


@pytest.fixture(autouse=True, scope="session")
def _short_timing_of_the_machine() -> Iterator[None]:
    """Every run times the machine first, for most of a second: here for a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.flows.machine._SECONDS", 0.05)
        yield


@pytest.fixture(autouse=True, scope="module")
def _home_of_fixtures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What `_home` does, for the fixtures that a whole file shares, which come before it."""
    marked = any(item.get_closest_marker("base") for item in request.session.items if item.path == request.node.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINEWRIGHT_HOME", str(STORED if marked else tmp_path_factory.getbasetemp() / "empty-home"))
        yield


@pytest.fixture(autouse=True)
def _home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored bases for tests marked `base`, an empty folder for all others."""
    stored = request.node.get_closest_marker("base")
    home = STORED if stored else tmp_path_factory.getbasetemp() / "empty-home"
    monkeypatch.setenv("FINEWRIGHT_HOME", str(home))


@pytest.fixture(autouse=True)
def _loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_ALLOWED, "loopback", request.node.get_closest_marker("loopback") is not None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published data; only for tests marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return ROOT


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, what this machine cannot run. In CI the data and the bases must be there."""
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        _absent(f"no published data in {SHARED}; set FINEWRIGHT_SHARED")
    if item.get_closest_marker("base") and not STORED.is_dir():
        _absent(f"no stored bases in {STORED}; run `finewright models pull smollm2-135m minilm-l6`")
    if item.get_closest_marker("gpu") and not _cuda():
        pytest.skip("no CUDA device")


def _absent(reason: str) -> None:
    if CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _cuda() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


_ALLOWED = {"loopback": False}


def _local(host: object) -> bool:
    return _ALLOWED["loopback"] and str(host).startswith(LOOPBACK)


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any, *rest: Any) -> Any:
        if self.family != socket.AF_UNIX and not _local(address[0]):
            raise NetworkForbidden(f"a test may not connect to {address}")
        return connect(self, address, *rest)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        if not _local(host):
            raise NetworkForbidden(f"a test may not look up {host}")
        return lookup(host, *rest, **named)

    return guarded
