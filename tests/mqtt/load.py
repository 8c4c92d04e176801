"""Many bridges at one Mosquitto: ``python -m tests.mqtt.load [--bridges 200]``.

Each bridge is the real process with a feed of its own, on which people come and go. Measured: messages a
second at the broker, milliseconds from the change to the subscriber, memory of a bridge, and how long all
take to be back after the broker has restarted. Exit 1 where a limit is missed that does not depend on how
busy the machine is: nothing that is retained may be lost, and memory is bounded.
"""

import argparse
import contextlib
import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from appliance.clock import MonotonicClock
from appliance.feed.commands import commands
from appliance.feed.server import Feed
from tests.support.broker import Broker, Listener, wait_until
from tests.support.feed_viewer import Appliance, decision

MOST_MB = 35.0
_BRIDGE = """
import sys
from pathlib import Path
from appliance.mqtt import device, process
from appliance.config import load_config
number = sys.argv[2]
board = device.board
board.serial_number = lambda machine: number
process.run_bridge(load_config(Path(sys.argv[1])), Path(sys.argv[1]))
"""
"""The bridge of another machine: only its serial number is made up."""


def main() -> int:
    """Run the load; return 1 where something was lost or too much memory taken."""
    parser = argparse.ArgumentParser(description="Many bridges at one broker.")
    parser.add_argument("--bridges", type=int, default=20)
    parser.add_argument("--changes", type=int, default=20, help="changes of the scene, two a second")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        broker = Broker(folder=Path(folder))
        broker.start()
        stack.callback(broker.stop)
        listener = Listener(broker.port)
        feeds = [start_feed(Path(folder), number, stack) for number in range(args.bridges)]
        bridges = [start_bridge(Path(folder), number, broker.port, stack) for number in range(args.bridges)]
        wait_until(
            lambda: online(listener) == args.bridges, "every bridge is there", seconds=10 + 3 * args.bridges
        )
        waits, rate = change_scene(feeds, listener, args.changes)
        p95 = waits[int(len(waits) * 0.95)]
        print(f"{args.bridges} bridges: {rate:.0f} messages/s; change to subscriber p95 {p95:.0f} ms")
        time.sleep(25)  # until the pages that only the start needed are given back
        memory = sorted(resident(bridge.pid) for bridge in bridges)
        print(f"memory of a bridge, MB: median {memory[len(memory) // 2]:.1f}, most {memory[-1]:.1f}")
        listener.close()
        broker.stop()
        time.sleep(3)
        broker.start()
        began = time.monotonic()
        listener = Listener(broker.port)
        stack.callback(listener.close)
        wait_until(lambda: online(listener) == args.bridges, "every bridge is back", seconds=120)
        print(f"after the broker's restart all are back within {time.monotonic() - began:.1f} s")
        lost = args.bridges - len(people(listener))
        print(f"states lost: {lost}")
    return 1 if lost or memory[-1] > MOST_MB else 0


def start_feed(folder: Path, number: int, stack: contextlib.ExitStack) -> Feed:
    """Start the daemon's end of the feed of appliance ``number``."""
    feed = Feed(folder / f"{number}.sock", commands(Appliance()), MonotonicClock())
    feed.start()
    stack.callback(feed.close)
    return feed


def start_bridge(
    folder: Path, number: int, port: int, stack: contextlib.ExitStack
) -> subprocess.Popen[bytes]:
    """Start the bridge of appliance ``number``."""
    config = folder / f"{number}.yaml"
    config.write_text(
        f"web: {{socket: {folder}/{number}.sock}}\n"
        f"mqtt: {{enabled: true, host: 127.0.0.1, port: {port}, name: Box {number}}}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", _BRIDGE, str(config), f"{number:016x}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(process.wait, 60)
    stack.callback(process.terminate)
    return process


def change_scene(feeds: list[Feed], listener: Listener, changes: int) -> tuple[list[float], float]:
    """Let people come and go everywhere; return every wait in ms, sorted, and messages a second."""
    waits: list[float] = []
    before, began = len(listener.came), time.monotonic()
    for number in range(1, changes + 1):
        wanted = 1 + number % 3
        start = time.monotonic()
        for feed in feeds:
            feed.frame(decision(number, *[0.9] * wanted))
        all_tell = functools.partial(told_by_all, listener, len(feeds), wanted)
        wait_until(all_tell, f"all tell that {wanted} are there")
        waits += [
            (at - start) * 1000 for at, topic, _ in listener.came if at > start and topic.endswith("/state")
        ]
        time.sleep(max(0.0, 0.5 - (time.monotonic() - start)))
    return sorted(waits), (len(listener.came) - before) / (time.monotonic() - began)


def told_by_all(listener: Listener, appliances: int, wanted: int) -> bool:
    """Return whether every appliance has told that ``wanted`` people are there."""
    return list(people(listener).values()) == [wanted] * appliances


def online(listener: Listener) -> int:
    """Return how many bridges say that they and their appliance are there."""
    newest = dict(listener.newest)
    there = {
        topic.rpartition("/")[0]
        for topic, data in newest.items()
        if topic.endswith("/bridge") and data == b"online"
    }
    return sum(newest.get(f"{base}/appliance") == b"online" for base in there)


def people(listener: Listener) -> dict[str, int]:
    """Return how many people each appliance told last."""
    newest = dict(listener.newest)
    return {topic: json.loads(data)["people"] for topic, data in newest.items() if topic.endswith("/state")}


def resident(pid: int) -> float:
    """Return the resident memory of a process, MB (10^6)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
