"""How pages' resources are stored: named by their content, gzipped."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzippedStorage(CompressedManifestStaticFilesStorage):
    """Without Brotli, which would take most of the first start for a tenth fewer bytes."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor that writes .gz only."""
        return Compressor(**kwargs, use_brotli=False)
