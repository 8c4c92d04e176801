"""A password and what stands for it in config.yaml, without the time that guessing is to cost."""

import hashlib

PASSWORD = "correct horse battery"
_SALT = bytes(range(16))
_DIGEST = hashlib.scrypt(PASSWORD.encode(), salt=_SALT, n=1 << 4, r=1, p=1, dklen=32)
HASHED = f"scrypt:4:1:1:{_SALT.hex()}:{_DIGEST.hex()}"
"""PASSWORD at the lowest cost. test_passwords.py has hashes as the appliance makes them."""
