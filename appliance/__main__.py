"""``python -m appliance`` is ``smart-selfie``."""

from appliance.cli import program

if __name__ == "__main__":
    program()
