"""What residents ask to be published, and what people make of the data."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.catalog.models.datasets import Dataset
from rivulus.catalog.terms import RequestState, ReuseKind, ReuseState
from rivulus.kernel import clock


class DataRequest(models.Model):
    """A wish for data. It is public once somebody has looked at it; who asked is never public.

    ``due_on`` is counted from the day it was asked: twenty working days, Directive (EU) 2019/1024, article 4(2).
    """

    number = models.PositiveIntegerField(unique=True)  # stands in its address
    organisation = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("What data do you need?"), max_length=200)
    text = models.TextField(_("What for, and in what detail?"), blank=True)
    state = models.CharField(
        max_length=10, default=RequestState.WAITING, choices=[(str(s), str(s)) for s in RequestState]
    )
    about = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # a dataset that exists, and lacks something
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("Answer"), blank=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )  # that answers it
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("request for data")
        verbose_name_plural = _("requests for data")
        indexes = [models.Index(fields=["state", "-asked_at", "id"], name="data_request_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(s) for s in RequestState]), name="data_request_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "declined"]) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="data_request_answer_in_words",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Reuse(models.Model):
    """Something made with the data: proposed by anybody, shown once it was looked at."""

    title = models.CharField(_("Title"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=15, choices=[(str(k), str(k)) for k in ReuseKind])
    url = models.URLField(_("Web address"), max_length=500)
    text = models.TextField(_("What is it, and whom does it help?"), blank=True)
    author = models.CharField(_("Made by"), max_length=200, blank=True)  # as it shall stand on the page
    datasets = models.ManyToManyField(Dataset, related_name="reuses")
    state = models.CharField(max_length=10, default=ReuseState.PROPOSED, choices=[(str(s), str(s)) for s in ReuseState])
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("reuse")
        verbose_name_plural = _("reuses")
        indexes = [models.Index(fields=["state", "-proposed_at", "id"], name="reuse_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in ReuseState]), name="reuse_state_known"),
            models.CheckConstraint(condition=Q(kind__in=[str(k) for k in ReuseKind]), name="reuse_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title
