"""Pictures for libcamera's virtual camera, drawn from the bundled scene: render_frames.py FOLDER [EVERY]"""

import sys
from pathlib import Path

import cv2
import numpy as np

from appliance.clock import VirtualClock
from appliance.hw.cameras.scene import Scene
from tests.support.scene_truth import everybody_smiles

NOT_YET = np.linspace(4.0, 4.2, 6)
ALL_SMILE = np.linspace(6.2, 8.2, 34)


def main(folder: Path, every: int) -> None:
    """0.jpg, 1.jpg, …: somebody does not smile in the first, everybody does in the rest; one of ``every``."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = Scene(VirtualClock())
    assert not any(map(everybody_smiles, NOT_YET))
    assert all(map(everybody_smiles, ALL_SMILE))
    for number, time in enumerate([*NOT_YET, *ALL_SMILE][::every]):
        cv2.imwrite(str(folder / f"{number}.jpg"), scene.picture(float(time)), [cv2.IMWRITE_JPEG_QUALITY, 92])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
