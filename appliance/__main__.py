"""``python -m appliance`` is ``smart-selfie``."""

import sys

from appliance.cli import main

sys.exit(main())
