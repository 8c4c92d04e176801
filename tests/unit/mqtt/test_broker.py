"""What is wrong with a broker, in words, and how long the bridge waits before it tries again."""

import socket
import ssl

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.mqtt.broker import LONGEST_RETRY, connection_failure, retry_limit


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "nothing listens there; see mqtt.host and mqtt.port"),
        (socket.gaierror(-2, "unknown"), "its name is not known; see mqtt.host"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "its certificate is not trusted"),
        (ssl.SSLError(1, "wrong version number"), "it does not speak TLS as we do"),
        (TimeoutError(), "it does not answer"),
        (ConnectionResetError(104, "reset"), "it hung up"),
        (aiomqtt.MqttCodeError(1), "it refuses MQTT 3.1.1"),
        (aiomqtt.MqttCodeError(4), "it refuses the user or the password"),
        (aiomqtt.MqttCodeError(16), "another client comes by the same name"),
        (ExceptionGroup("session", [TimeoutError()]), "it does not answer"),
    ],
)
def test_each_failure_is_told_in_words(error: BaseException, words: str) -> None:
    assert words in connection_failure(error)


def test_what_the_client_wraps_is_told_by_its_cause() -> None:
    error = aiomqtt.MqttError("Operation failed")
    error.__cause__ = ConnectionRefusedError(111, "refused")
    assert "nothing listens there" in connection_failure(error)


@given(st.integers(min_value=1, max_value=10**6))
def test_the_wait_grows_and_ends_at_its_limit(attempt: int) -> None:
    assert 0 < retry_limit(attempt) <= retry_limit(attempt + 1) <= LONGEST_RETRY
