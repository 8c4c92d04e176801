"""The section ``sync``: what can work, and what cannot."""

from pathlib import Path

import pytest
import yaml

from appliance.config import load_config
from appliance.errors import ConfigError


def loaded(folder: Path, values: dict[str, object]) -> str:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"sync": values}))
    return load_config(path).sync.remote


@pytest.mark.parametrize("remote", ["cloud:selfies", "my nas:photos/party 1", "s3:bucket", "box_2:"])
def test_a_remote_and_a_folder_are_accepted(tmp_path: Path, remote: str) -> None:
    assert loaded(tmp_path, {"enabled": True, "remote": remote}) == remote


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"enabled": True}, "remote"),
        ({"remote": "selfies"}, "remote"),
        ({"remote": "--config=/etc/shadow"}, "remote"),
        ({"remote": ":local:/etc"}, "remote"),
        ({"remote": "/var/lib:x"}, "remote"),
        ({"remote": "cloud:a\nb"}, "remote"),
        ({"config_file": "~/rclone.conf"}, "config_file"),
        ({"most_kb_per_second": -1}, "most_kb_per_second"),
    ],
)
def test_what_cannot_is_refused_by_its_key(tmp_path: Path, values: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, values)
    assert [problem.key for problem in refused.value.problems] == [f"sync.{key}"]
