"""The strategy as data."""

from ninja import Router

from rivulus.strategy.api.documents import router as documents
from rivulus.strategy.api.indicators import router as indicators
from rivulus.strategy.api.matrix import router as matrix
from rivulus.strategy.api.portfolio import router as portfolio

router = Router()
for part in (matrix, portfolio, indicators, documents):
    router.add_router("", part)
