"""The Completer that asks an OpenAI-compatible endpoint: so many rows at once, so many a minute, again where it helps.

    completer = HttpCompleter(settings, key=os.environ["ENDPOINT_KEY"])
    for place, answer in completer.each(requests): ...

The only part of finewright that sends anything over a network, besides fetching a base. Knows the section of the
recipe, no tasks and no files. The key goes into one header and nowhere else: no message, log or file holds it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime

import httpx2

from finewright.base.errors import EndpointError, InputError
from finewright.base.files import digest_json
from finewright.base.progress import progress
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.records import Completion, CompletionRequest
from finewright.engine.rate import Pace
from finewright.engine.retry import LONGEST_WAIT, Failure, delay, retry_after
from finewright.engine.wire import body, reply

_CONNECTING = 10.0
_LARGEST = 1 << 24
_LETTERS_PER_TOKEN = 4
_GIVEN_UP = Failure("was not asked again, since another request failed for good", "see that one")
_LATER = "then run the same command again, which asks only the rows that are missing"

Answer = Completion | Failure
Sleep = Callable[[threading.Event, float], bool]
"""Waits so many seconds, less where the event is set meanwhile; whether it is."""


class HttpCompleter:
    """Asks the endpoint of these settings, with `key` where one is given.

    seed   decides, with the request, how long to wait before it is asked again
    sleep  how waiting is done, for trying it without waiting
    """

    def __init__(
        self, settings: Endpoint, key: str | None = None, *, seed: int = 0, sleep: Sleep = threading.Event.wait
    ) -> None:
        self._settings, self._key, self._seed, self._sleep = settings, key, seed, sleep
        self._requests = Pace(settings.requests_per_minute)
        self._tokens = Pace(settings.tokens_per_minute)

    def complete(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        """One completion per request, in order. Raises what `each` raises, and then answers none."""
        answers = dict(self.each(requests))
        return [answers[place] for place in range(len(requests))]

    def each(self, requests: Sequence[CompletionRequest]) -> Iterator[tuple[int, Completion]]:
        """The place of a request and its completion, as they come in: what has come is the caller's, whatever follows.

        An answer that should be one of some choices and is none of them comes as it is, with another `finish` than
        `choice`. Raises InputError where a request asks for what endpoints do not give, and EndpointError where one
        fails for good: those under way by then are handed over before it is raised.
        """
        for request in requests:
            _check(request)
        stopping = threading.Event()
        with self._client() as client, progress("Asking", len(requests), "answers") as advance:

            def ask(request: CompletionRequest) -> Answer:
                return self._ask(client, request, stopping)

            with closing(self._as_finished(ask, requests, stopping)) as finished:
                for place, answer in finished:
                    advance()
                    yield place, answer

    def _as_finished(
        self,
        ask: Callable[[CompletionRequest], Answer],
        requests: Sequence[CompletionRequest],
        stopping: threading.Event,
    ) -> Generator[tuple[int, Completion], None, None]:
        left = deque(enumerate(requests))
        running: dict[Future[Answer], int] = {}
        fault: BaseException | None = None
        pool = ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="endpoint")
        try:
            while running or (left and not fault):
                while left and not fault and len(running) < self._settings.concurrency:
                    place, request = left.popleft()
                    running[pool.submit(ask, request)] = place
                try:
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                except KeyboardInterrupt as stop:  # what is under way is paid for: it is waited for, once
                    if fault:
                        raise
                    fault, finished = stop, set()
                    stopping.set()
                for future in sorted(finished, key=running.__getitem__):
                    place, answer = running.pop(future), future.result()
                    if isinstance(answer, Completion):
                        yield place, answer
                        continue
                    fault = fault or self._error(answer)
                    stopping.set()
        finally:
            stopping.set()
            pool.shutdown(cancel_futures=True)
        if fault:
            raise fault

    def _ask(self, client: httpx2.Client, request: CompletionRequest, stopping: threading.Event) -> Answer:
        sent = body(request, self._settings.model, self._settings.fields)
        name = digest_json(sent)
        for attempt in range(self._settings.retries + 1):
            if self._paced(sent, stopping):
                return _GIVEN_UP
            answer = self._tried(client, sent, request)
            if isinstance(answer, Completion) or not answer.again or attempt == self._settings.retries:
                return answer
            if answer.after > LONGEST_WAIT:
                return Failure(f"{answer.what} and asks to wait {answer.after:,.0f} seconds", f"wait so long, {_LATER}")
            self._requests.hold(answer.after)
            if self._sleep(stopping, delay(answer, attempt, self._seed, name)):
                return answer
        raise AssertionError("the last attempt returns")

    def _paced(self, sent: dict[str, object], stopping: threading.Event) -> bool:
        """Wait for this request's turn; whether asking ended meanwhile."""
        seconds = max(self._requests.book(), self._tokens.book(_foreseen(sent)))
        return self._sleep(stopping, seconds) if seconds else stopping.is_set()

    def _tried(self, client: httpx2.Client, sent: dict[str, object], request: CompletionRequest) -> Answer:
        try:
            answer = self._sent(client, sent, request)
        except httpx2.TimeoutException:
            return self._late()
        except httpx2.ConnectError as fault:
            return Failure(f"cannot be reached ({self._safe(fault)})", f"see that it runs, {_LATER}", again=True)
        except httpx2.HTTPError as fault:
            return Failure(f"broke off ({self._safe(fault)})", f"see that it runs, {_LATER}", again=True)
        if isinstance(answer, Completion):
            self._tokens.settle(answer.prompt_tokens + answer.completion_tokens - _foreseen(sent))
        return answer

    def _sent(self, client: httpx2.Client, sent: dict[str, object], request: CompletionRequest) -> Answer:
        until = time.monotonic() + self._settings.timeout
        content = bytearray()
        with client.stream("POST", f"{self._settings.url.rstrip('/')}/chat/completions", json=sent) as response:
            for piece in response.iter_bytes():
                content += piece
                if time.monotonic() > until:
                    return self._late()
                if len(content) > _LARGEST:
                    return Failure("answered more than any answer is long", "check its url in the recipe")
        answer = reply(response.status_code, bytes(content), request)
        if isinstance(answer, Failure):
            after = retry_after(response.headers, datetime.now(UTC))
            return Failure(answer.what, answer.remedy, answer.again, after)
        return answer

    def _late(self) -> Failure:
        remedy = f"raise its timeout or lower its concurrency in the recipe, {_LATER}"
        return Failure(f"gave no answer within {self._settings.timeout:g} seconds", remedy, again=True)

    def _client(self) -> httpx2.Client:
        """A client that follows no redirect, which would carry questions and key to another place."""
        try:
            headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
            timeout = httpx2.Timeout(self._settings.timeout, connect=min(_CONNECTING, self._settings.timeout))
            return httpx2.Client(headers=headers, timeout=timeout, trust_env=not self._settings.local)
        except (UnicodeEncodeError, ValueError) as fault:
            raise InputError(
                f"the environment variable {self._settings.key_env} holds no key that can be sent",
                remedy="put the key alone in it, without quotes or line breaks",
            ) from fault

    def _safe(self, fault: Exception) -> str:
        """A fault's own words on one line, without the key."""
        said = " ".join(str(fault).split()) or type(fault).__name__
        return said.replace(self._key, "…") if self._key else said

    def _error(self, failed: Failure) -> EndpointError:
        what = failed.what.replace(self._key, "…") if self._key else failed.what
        return EndpointError(
            f"the endpoint {self._settings.name} at {self._settings.host} {what}", remedy=failed.remedy
        )


def _foreseen(sent: dict[str, object]) -> float:
    """Tokens of a request before the endpoint has counted them."""
    return len(str(sent["messages"])) / _LETTERS_PER_TOKEN


def _check(request: CompletionRequest) -> None:
    """Raise InputError where a request asks for what endpoints do not give."""
    if request.adapter is not None:
        raise InputError("an endpoint serves its own model and no adapter of ours", remedy="ask the local engine")
    if request.probabilities:
        raise InputError("an endpoint gives no exact probabilities of choices", remedy="ask the local engine")
    if any(message.calls or message.tools or message.role == "tool" for message in request.messages):
        raise InputError("an endpoint is not asked for tool calls", remedy="switch this arm off for such rows")
