"""What devices said lately, and what was right or wrong with it."""

from django.db import models
from django.db.models import Q

from rivulus.kernel import clock
from rivulus.observations.models.suppliers import Supplier

CHANNELS = ("http", "mqtt", "chirpstack", "tts", "page")


class DeviceMessage(models.Model):
    """One message as it came (shortened), with its verdict; kept seven days, and at most a thousand of a supplier.

    ``findings`` is a list of {level, sentence, values}; sentences are msgids.
    """

    id = models.BigAutoField(primary_key=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.CASCADE, null=True, blank=True, related_name="device_messages"
    )
    received_at = models.DateTimeField(default=clock.now)
    channel = models.CharField(max_length=10)
    device = models.CharField(max_length=200, blank=True)  # EUI, topic or series
    kind = models.CharField(max_length=20, blank=True)  # rules.devices.Kind
    body = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    is_good = models.BooleanField(default=False)
    stored = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["supplier", "-id"], name="device_message_latest"),
            models.Index(fields=["received_at"], name="device_message_age"),
        ]
        constraints = [models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="device_message_channel_known")]
