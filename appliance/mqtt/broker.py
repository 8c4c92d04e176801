"""Connection to the broker: encrypted where that is asked for, with a last will, made again after a loss."""

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Awaitable, Callable

import aiomqtt

from appliance.config.schema import MqttSettings
from appliance.errors import BrokerError
from appliance.mqtt.device import Device
from appliance.mqtt.discovery import OFFLINE

log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0
"""Seconds. Each wait is a random part of the limit, which doubles: after a broker's restart not all of a
hundred bridges come at once (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
CONNECT_SECONDS = 10.0
KEEPALIVE_SECONDS = 30
"""After one and a half times as long in silence the broker publishes the last will (MQTT 3.1.1, 3.1.2.10)."""
MOST_INCOMING = 32
"""CommandExecutor that wait; more are dropped."""

Session = Callable[[aiomqtt.Client], Awaitable[None]]
"""What is done while connected; it never returns by itself."""


def retry_limit(attempt: int) -> float:
    """Return the longest wait before ``attempt`` (from 1), seconds."""
    return min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(attempt, 10))


def tls_context(settings: MqttSettings) -> ssl.SSLContext | None:
    """Return the context of encrypted connections; None for plain ones. Raises BrokerError."""
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise _unusable("ca_file", settings.ca_file, error) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 refuses an authority made by `openssl req -x509` alone: it lacks an extension (RFC 5280).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if settings.certificate:
        try:
            context.load_cert_chain(settings.certificate, settings.key, password="")  # never asks a terminal
        except (OSError, ssl.SSLError) as error:
            raise _unusable("certificate", f"{settings.certificate} with {settings.key}", error) from error
    return context


def _unusable(key: str, path: str, error: Exception) -> BrokerError:
    reason = getattr(error, "strerror", None) or str(error)
    return BrokerError(
        f"mqtt.{key}: {path} cannot be used: {reason}",
        "It must be a PEM file that the user smart-selfie-mqtt may read, a key without a password",
    )


class Broker:
    """The broker of ``settings``, for one event loop. Raises BrokerError for files that cannot be used."""

    def __init__(
        self, settings: MqttSettings, device: Device, random_part: Callable[[], float] = random.random
    ) -> None:
        self._settings = settings
        self._device = device
        self._random_part = random_part
        self._tls = tls_context(settings)
        self._reported = ""

    async def run(self, session: Session) -> None:
        """Keep connected, and run ``session`` whenever the connection is made. Until cancelled."""
        attempt = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with self._client() as client:
                    log.info("Connected to the broker %s", self._place)
                    self._reported = ""
                    await session(client)
            except* (aiomqtt.MqttError, OSError, TimeoutError) as errors:
                self._report(errors.exceptions[0])
            lasted = asyncio.get_running_loop().time() - began
            attempt = 1 if lasted > LONGEST_RETRY else attempt + 1
            await asyncio.sleep(self._random_part() * retry_limit(attempt))

    @property
    def _place(self) -> str:
        return f"{self._settings.host}, port {self._settings.port}"

    def _client(self) -> aiomqtt.Client:
        settings, device = self._settings, self._device
        return aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.username or None,
            password=settings.password or None,
            identifier=f"smart-selfie-{device.identifier}",
            protocol=aiomqtt.ProtocolVersion.V311,  # which every broker speaks
            will=aiomqtt.Will(device.bridge, OFFLINE, qos=1, retain=True),
            clean_session=True,
            timeout=CONNECT_SECONDS,
            keepalive=KEEPALIVE_SECONDS,
            max_queued_incoming_messages=MOST_INCOMING,
            max_queued_outgoing_messages=MOST_INCOMING,
            tls_context=self._tls,
            logger=logging.getLogger("smart-selfie.paho"),
        )

    def _report(self, error: BaseException) -> None:
        """Log why there is no connection, once until the reason is another."""
        reason = connection_failure(error)
        if reason != self._reported:
            self._reported = reason
            log.warning("The broker %s: %s. Trying again", self._place, reason)


def connection_failure(error: BaseException) -> str:
    """Return what is wrong with the connection, and what to do about it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    cause = error.__cause__ or error.__context__
    if isinstance(error, aiomqtt.MqttError) and isinstance(cause, OSError):
        error = cause
    if isinstance(error, aiomqtt.MqttCodeError):
        return _refused(error)
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words if "{" not in words else words.format(getattr(error, "verify_message", error))
    return f"{error}" or type(error).__name__


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted ({}); see mqtt.ca_file and mqtt.host"),
    (ssl.SSLError, "it does not speak TLS as we do ({}); see mqtt.tls and mqtt.port"),
    (socket.gaierror, "its name is not known; see mqtt.host"),
    (ConnectionRefusedError, "nothing listens there; see mqtt.host and mqtt.port"),
    (TimeoutError, "it does not answer"),
    (ConnectionError, "it hung up"),
)
"""In the order in which they are tried: the first three and the last are kinds of OSError."""


_REFUSALS = {
    1: "it refuses MQTT 3.1.1, and speaks an older version only",
    2: "it refuses the name under which this appliance connects",
    3: "it is not available now",
    4: "it refuses the user or the password; see mqtt.username and mqtt.password",
    5: "it does not admit this appliance; see mqtt.username and mqtt.password, or its own list of users",
    7: "it closed the connection",
    16: "it closed the connection, as it does when another client comes by the same name",
}
"""By the return code of CONNACK (MQTT 3.1.1, table 3.1), and paho's own for a loss."""
_MQTT5 = {132: 1, 133: 2, 136: 3, 134: 4, 135: 5}
"""Paho gives the codes of MQTT 5 in their place."""


def _refused(error: aiomqtt.MqttCodeError) -> str:
    code = error.rc if isinstance(error.rc, int) else getattr(error.rc, "value", 0)
    return _REFUSALS.get(_MQTT5.get(code, code), str(error))
