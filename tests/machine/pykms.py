"""Stands in for kms++, which picamera2 imports for a preview that nobody here opens."""


class _Names:
    def __getattr__(self, name: str) -> str:
        return name


PixelFormat = _Names()
