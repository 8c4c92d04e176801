"""What is true of the bundled scene at a time in seconds: where faces are, and when everybody smiles."""

from appliance.hw.cameras.scene import ROLES, SECONDS, WIDTH, smiles
from appliance.records.frame import Box


def face_boxes(time: float) -> dict[str, Box]:
    """Return the boxes of the faces in full view, pixels of the picture."""
    return {name: ROLES[name].face(time % SECONDS) for name in smiles(time)}


def everybody_smiles(time: float) -> bool:
    """Return whether everybody in view smiles fully, and nobody is coming or leaving."""
    levels = smiles(time)
    edges = [role.face(time % SECONDS) for name, role in ROLES.items() if name not in levels]
    if any(box.x < WIDTH and box.x + box.w > 0 for box in edges):
        return False
    return all(level == 1 for level in levels.values())
