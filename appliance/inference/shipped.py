"""SHA-256 of the networks that come with the program: they were tried before the release.

Written by ``scripts/generate``.
"""

SHIPPED = frozenset(
    {
        "540224dceb3e5335971e2aa263a1fb51033a227ddc699b33c6b3996f5b03fda5",  # expression_int8.tflite
        "56ed234542c615514a3ad23987e2f0aec930e20c2d729a9ffed56262bf0adf0a",  # faces_far_int8.tflite
        "ce1b074f3829527bb6b4348868499b60fb7dafb0086fdc37b98c1de21fde6178",  # faces_near_int8.tflite
    }
)
