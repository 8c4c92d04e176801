"""A place to plug sticks in: file systems on loop devices, in the memory of the machine that runs this."""

import contextlib
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "systemd" / "stick"
KB, MB = 1024, 1024 * 1024
PHOTOS = 6
PHOTO_BYTES = 50 * KB
FOLDER = "selfies"


def run(*command: object, check: bool = True) -> str:
    """What ``command`` prints. Raises CalledProcessError with it in its notes."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=check).stdout.strip()
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr)
        raise


@dataclass
class Stick:
    """What is plugged in. ``image`` is what it keeps, however it is reached."""

    image: Path
    type: str
    device: str = ""


@dataclass(frozen=True)
class Told:
    """What an export said."""

    code: int
    text: str

    @property
    def claimed(self) -> int:
        """How many photos it says are on the stick."""
        said = re.search(r"(\d+) of \d+ photos? (?:is|are) in ", self.text)
        return int(said[1]) if said else 0

    @property
    def safe(self) -> bool:
        """Whether it called the stick finished."""
        return "Safe to unplug" in self.text


class Bench:
    """A card with photos, and sticks beside it."""

    def __init__(self, folder: Path, selfie: Path) -> None:
        self.folder = folder
        self.card = folder / "card"
        self.canary = folder / "canary"
        self.before: dict[str, str] = {}
        """The card's photos before the export."""
        self._run = folder / "run"
        self._selfie = selfie
        self._attached: list[str] = []
        for name in (self.card, self.canary, self._run):
            name.mkdir()
        (self.canary / "precious").write_text("precious")
        for number in range(1, PHOTOS + 1):
            self.take(number)
        self.settings()

    def take(self, number: int) -> Path:
        """One more photo on the card."""
        photo = self.card / f"selfie-{number:06d}-20261121-1200{number % 60:02d}.jpg"
        photo.write_bytes(b"%06d" % number + os.urandom(PHOTO_BYTES))
        return photo

    def settings(self, *, delete_after: bool = False) -> None:
        """The appliance's own configuration."""
        (self.folder / "config.yaml").write_text(
            f"storage: {{folder: {self.card}}}\nexport: {{delete_after: {str(delete_after).lower()}}}\n"
        )

    def names(self) -> list[str]:
        """The photos on the card."""
        return sorted(path.name for path in self.card.glob("selfie-*"))

    def hashes(self) -> dict[str, str]:
        """Hash to name, of the photos on the card."""
        return {_hash(path): path.name for path in self.card.glob("selfie-*")}

    def stick(self, kind: str, size: int = 8 * MB, *options: object, label: str = "SELFIES") -> Stick:
        """A healthy one, not plugged in yet."""
        image = self.folder / f"{kind}-{len(list(self.folder.iterdir()))}.img"
        with image.open("wb") as file:
            file.truncate(size)
        if kind == "ext4":
            run("mkfs.ext4", "-q", "-F", "-m", 0, "-L", label, *options, image)
        elif kind == "vfat":
            run("mkfs.vfat", "-n", label, *options, image)
        elif kind == "exfat":
            run("mkfs.exfat", "-L", label, *options, image)
        return Stick(image, kind)

    def plug(self, stick: Stick, *options: str) -> str:
        """Its device, from now on."""
        stick.device = run("losetup", "--find", "--show", *options, stick.image)
        self._attached.append(stick.device)
        return stick.device

    @contextlib.contextmanager
    def opened(self, stick: Stick, *options: str) -> Iterator[Path]:
        """Its content, as on another computer."""
        place = self.folder / "elsewhere"
        place.mkdir(exist_ok=True)
        run("mount", "-t", stick.type, "-o", ",".join(("loop", *options)), stick.image, place)
        try:
            yield place
        finally:
            run("umount", place)

    def program(self, script: str) -> Path:
        """A program to stand in for ``smart-selfie``."""
        path = self.folder / "program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def export(self, device: str, selfie: Path | None = None) -> Told:
        """What scripts/export-photos does, with everything it says."""
        with self.exporting(device, selfie) as process:
            output, _ = process.communicate()
        return Told(process.returncode, output)

    @contextlib.contextmanager
    def exporting(self, device: str, selfie: Path | None = None) -> Iterator[subprocess.Popen[str]]:
        """The same, while it goes on."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SMART_SELFIE": str(selfie or self._selfie),
            "SMART_SELFIE_CONFIG": str(self.folder / "config.yaml"),
            "SMART_SELFIE_USER": "root",
            "SMART_SELFIE_RUN": str(self._run),
        }
        with subprocess.Popen(
            ["unshare", "--mount", SCRIPT, "by-hand", device],
            cwd=self.canary,
            env=environment,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            yield process

    def light(self) -> str:
        """What the light is told about sticks."""
        place = self._run / "light"
        return place.read_text().strip() if place.exists() else ""

    def kept(self, stick: Stick, wanted: dict[str, str]) -> int:
        """How many of the photos in ``wanted``, hash to name, are on the stick, read on another computer."""
        try:
            with self.opened(stick, "ro") as place:
                return len({_hash(path) for path in (place / FOLDER).glob("selfie-*")} & wanted.keys())
        except subprocess.CalledProcessError:
            return 0

    def unplug_all(self) -> None:
        """Take away whatever is still there."""
        for device in self._attached:
            run("losetup", "--detach", device, check=False)
        for image in self.folder.glob("*.img"):
            image.unlink()


def _hash(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()
