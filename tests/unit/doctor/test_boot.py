"""What happens between power-on and a ready appliance."""

import pytest

from appliance.doctor import boot
from appliance.doctor.finding import Status
from appliance.hw.machine import Machine
from tests.support.machine_folder import program_prints, put


def test_cloud_init_at_every_power_on_is_reported_with_the_way_out(machine: Machine) -> None:
    assert boot.cloud_init(machine).state is Status.GOOD
    put(machine, "/usr/bin/cloud-init")
    found = boot.cloud_init(machine)
    assert found.state is Status.WARNING
    assert found.advice == "sudo touch /etc/cloud/cloud-init.disabled"
    put(machine, "/etc/cloud/cloud-init.disabled")
    assert boot.cloud_init(machine).state is Status.GOOD


@pytest.mark.parametrize(
    ("started", "ready", "seen"),
    [
        (8_000_000, 19_500_000, "ready 19.5 s after power-on, 11.5 s of them its own"),
        (900_000_000, 905_000_000, "ready 5.0 s after its start, which was not at power-on"),
        (900_000_000, 0, "not ready since power-on"),
    ],
)
def test_the_time_from_power_to_ready_is_systemd_s(
    machine: Machine, started: int, ready: int, seen: str
) -> None:
    text = f"ExecMainStartTimestampMonotonic={started}\nActiveEnterTimestampMonotonic={ready}"
    program_prints(machine, "systemctl", text)
    assert boot.ready_after(machine).seen == seen
