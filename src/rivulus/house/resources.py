"""How pages' resources are stored: named by their content, gzipped."""

from typing import Any

from whitenoise.compress import Compressor  # type: ignore[import-untyped]
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class GzippedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Without Brotli, which would take most of the first start for a tenth fewer bytes."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor that writes .gz only."""
        return Compressor(**kwargs, use_brotli=False)
