"""SHA-256 of the networks that come with the program: they were tried before the release.

Written by ``scripts/generate``.
"""

SHIPPED = frozenset(
    {
        "e58ec34e8fd8f14b5d6225f08a119e41c6ad2cca7b094ea48c51a0fbae2e0db2",  # expression_int8.tflite
        "f82d578e6e3cfab7afa71f997ae4545187ca21b87eb08b9068d8f54fb8d67e37",  # faces_int8.tflite
    }
)
