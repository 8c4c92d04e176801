"""Failures of rclone in words."""

import pytest

from appliance.sync.rclone import failure_in_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('Failed to create file system for "x:": didn\'t find section in config file', "not set up"),
        ("2026/11/30 02:54:43 ERROR : a.jpg: Failed to copy: 401 Unauthorized", "refuses the user"),
        (
            "ERROR : couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate",
            "refuses the user",
        ),
        ("ERROR : a.jpg: Failed to copy: InvalidAccessKeyId: The AWS Access Key Id", "refuses the user"),
        ("ERROR : a.jpg: Failed to copy: Insufficient Storage: 507", "it is full"),
        ("ERROR : a.jpg: write: no space left on device", "it is full"),
        ("ERROR : googleapi: Error 403: the quota is exceeded, storageQuotaExceeded", "it is full"),
        ("ERROR : dial tcp: lookup cloud.example: no such host", "cannot be reached"),
        ("ERROR : read: connection reset by peer", "cannot be reached"),
        (
            "ERROR : tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
            "clock",
        ),
        ("ERROR : RequestTimeTooSkewed: The difference between the request time", "clock"),
    ],
)
def test_each_failure_is_told_by_what_to_look_at(line: str, words: str) -> None:
    told = failure_in_words(f"NOTICE: something\n{line}\n")
    assert words in told
    assert "2026/11/30" not in told


def test_what_is_not_known_is_told_as_rclone_says_it_and_shortly() -> None:
    assert failure_in_words("2026/11/30 02:54:43 ERROR : the moon is blue") == "the moon is blue"
    assert len(failure_in_words("x" * 5000)) <= 300
    assert failure_in_words("") == "rclone failed without a word"
