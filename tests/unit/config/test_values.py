"""Single values of the settings."""

import pytest

from appliance.config import load_config
from appliance.errors import ConfigError
from tests.support.passwords import HASHED


@pytest.mark.parametrize("cost", ["15:15:99", "20:8:1", "0:8:1", "13:0:10", "99:1:1", "10:99:99"])
def test_a_password_that_costs_a_minute_a_guess_is_refused(cost: str) -> None:
    rest = HASHED.split(":")[4:]
    hashed = ":".join(["scrypt", cost, *rest])
    with pytest.raises(ConfigError, match="web-password"):
        load_config(None, [("web.password", hashed)])
