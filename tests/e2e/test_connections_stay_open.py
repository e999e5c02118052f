"""Services keep a connection for each other longer than whoever asks does: none is closed while a command is on its way."""

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from shared.client import KEPT_SECONDS, SERVER_KEEPS_SECONDS
from tests.support.platform import RunningPlatform

LONGER_THAN_A_SERVER_KEEPS_BY_ITSELF = 5.5


def test_a_connection_that_rested_a_while_takes_the_next_request(running_platform: RunningPlatform) -> None:
    assert SERVER_KEEPS_SECONDS > KEPT_SECONDS
    kept = {}
    for name, url in running_platform.facts["service_urls"].items():
        kept[name] = HTTPConnection(urlsplit(url).netloc, timeout=10)
        assert answered(kept[name])
        kept[name].auto_open = False  # what is closed stays closed

    time.sleep(LONGER_THAN_A_SERVER_KEEPS_BY_ITSELF)

    assert {name: answered(each) for name, each in kept.items()} == dict.fromkeys(kept, True)


def answered(connection: HTTPConnection) -> bool:
    connection.request("GET", "/health/live")
    answer = connection.getresponse()
    answer.read()
    return answer.status < 500
