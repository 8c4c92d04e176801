"""The networks that come with the program start without a trial of some seconds."""

import hashlib

from appliance.inference.folder import models_folder
from appliance.inference.shipped import SHIPPED


def test_every_network_of_the_models_folder_is_known_by_its_sha256() -> None:
    found = {hashlib.sha256(path.read_bytes()).hexdigest() for path in models_folder().glob("*.tflite")}
    assert found == SHIPPED, "run scripts/generate: it lists them in appliance/inference/shipped.py"
