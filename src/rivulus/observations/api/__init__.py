"""What the city measures, as data beside SensorThings."""

from ninja import Router

from rivulus.observations.api.alarms import router as alarms
from rivulus.observations.api.automations import router as automations
from rivulus.observations.api.things import router as things

router = Router()
router.add_router("", things)
router.add_router("", automations)
router.add_router("", alarms)
