"""The ban on the network itself: it would be silent if it were broken."""

import os
import socket
import urllib.request

import pytest


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://example.invalid/", "http://127.0.0.1:9/"])
def test_nothing_beyond_the_process_is_reached(url: str) -> None:
    with pytest.raises(AssertionError, match="a test may not"):
        urllib.request.urlopen(url, timeout=1)


@pytest.mark.loopback
def test_loopback_is_reached_where_a_test_is_marked_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"x")
            assert accepted.recv(1) == b"x"


@pytest.mark.loopback
def test_loopback_is_all_that_a_marked_test_reaches() -> None:
    with pytest.raises(AssertionError, match="a test may not"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)


def test_hubs_and_package_indexes_are_off_for_children_too() -> None:
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["PIP_NO_INDEX"]) == ("1", "1")


def test_the_home_is_empty_where_a_test_is_not_marked_base() -> None:
    assert "empty-home" in os.environ["FINEWRIGHT_HOME"]
