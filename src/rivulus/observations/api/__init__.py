"""What the city measures, as data beside SensorThings."""

from ninja import Router

from rivulus.observations.api.things import router as things

router = Router()
router.add_router("", things)
