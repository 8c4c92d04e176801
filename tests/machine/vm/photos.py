"""Names of the photos in a folder, those that cannot be decoded marked TORN: photos.py FOLDER"""

import sys
from pathlib import Path

from PIL import Image

words = []
for path in sorted(Path(sys.argv[1]).glob("selfie-*.jpg")):
    try:
        with Image.open(path) as photo:
            photo.load()
        words.append(path.name)
    except OSError:
        words.append(f"TORN:{path.name}")
print(" ".join(words))
