"""A real Chromium without a window, driven by its DevTools protocol over a pipe: no driver, no port, no network.

with browser(tmp_path) as page:
    page.open(path); page.press("1"); page.value("document.title")
"""

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMED = {
    "ArrowLeft": 37,
    "ArrowRight": 39,
    "Backspace": 8,
    "Enter": 13,
    "Escape": 27,
    "Tab": 9,
}
PATIENCE = 20.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)

# The browser reads commands on descriptor 3 and answers on 4; both ends are moved out of the way of these first.
PIPED = (
    "import fcntl, os, sys\n"
    "ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]\n"
    "for end, place in zip(ends, (3, 4)):\n"
    "    os.dup2(end, place)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)


def chromium() -> str | None:
    """Where Chromium is, if it is on this machine."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


class Page:
    """One tab: what a person does at it, and what the page says."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, os.fdopen(back, "rb", buffering=0)
        self._read, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        self.downloads = Path()

    def attach(self, downloads: Path) -> None:
        """Take a new tab, whose downloads go to a folder."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.downloads = downloads
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), eventsEnabled=True)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer; events that come in between are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session and not method.startswith(("Browser.", "Target.")):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]  # type: ignore[no-any-return]
            self.events.append(answer)

    def open(self, path: Path) -> None:
        """Load a file and wait until it stands."""
        seen = len(self.events)
        self.send("Page.navigate", url=path.resolve().as_uri())
        self._until(lambda: any(one.get("method") == "Page.loadEventFired" for one in self.events[seen:]))

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript is on the page. The page's own policy does not bind the tester."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys one after another, as a keyboard does."""
        for key in keys:
            known: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": NAMED.get(key, ord(key.upper()[0]))}
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            self.send("Input.dispatchKeyEvent", type="keyDown", **known, **({"text": text} if text else {}))
            self.send("Input.dispatchKeyEvent", type="keyUp", **known)

    def downloaded(self, path: Path) -> Path:
        """Wait until a download is whole."""
        self._until(lambda: path.exists() and self.value("1") == 1 and self._progress() == "completed")
        return path

    def shot(self, path: Path, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        """A picture of the page as it stands, at a size."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        path.write_bytes(b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def requests(self) -> list[str]:
        """All addresses that were asked for."""
        return [
            one["params"]["request"]["url"] for one in self.events if one.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the browser logged as an error: refused scripts, exceptions."""
        logged = [one["params"]["entry"] for one in self.events if one.get("method") == "Log.entryAdded"]
        thrown = [str(one["params"]) for one in self.events if one.get("method") == "Runtime.exceptionThrown"]
        return [entry["text"] for entry in logged if entry["level"] == "error"] + thrown

    def close(self) -> None:
        """Let go of the pipe."""
        self._back.close()

    def _progress(self) -> str:
        states = [one["params"]["state"] for one in self.events if one.get("method") == "Browser.downloadProgress"]
        return states[-1] if states else ""

    def _until(self, done: Any) -> None:
        limit = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < limit, "the browser did not get there in time"
            self.value("1")  # an answer brings the events before it
            time.sleep(0.02)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            block = self._back.read(1 << 16)
            assert block, "the browser went away"
            self._read += block
        message, self._read = self._read.split(b"\0", 1)
        return json.loads(message)  # type: ignore[no-any-return]


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with a profile of its own, ended with the block. Downloads go to `folder`."""
    executable = chromium()
    assert executable is not None
    from_us, to_browser = os.pipe()
    from_browser, to_us = os.pipe()
    command = [sys.executable, "-c", PIPED, str(from_us), str(to_us), executable, *FLAGS]
    child = subprocess.Popen(
        [*command, f"--user-data-dir={folder / 'profile'}", "about:blank"],
        pass_fds=(from_us, to_us),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(folder)},
    )
    os.close(from_us)
    os.close(to_us)
    page = Page(to_browser, from_browser)
    try:
        page.attach(folder)
        yield page
    finally:
        os.close(to_browser)
        child.terminate()
        child.wait(PATIENCE)
        page.close()
