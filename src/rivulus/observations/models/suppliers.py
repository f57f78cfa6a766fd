"""Suppliers of devices: their keys, and the people who answer for them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from rivulus.kernel import clock


class Supplier(models.Model):
    """Whoever brings devices: a firm, a department, or the city itself (``is_city``: may write to every thing).

    A supplier of the demonstration has keys of the sandbox only, and is not shown where no demonstration runs.
    """

    id = models.AutoField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    contact = models.EmailField(blank=True)
    is_city = models.BooleanField(default=False)
    is_demonstration = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    quota_per_minute = models.PositiveIntegerField(default=60_000)  # observations
    quota_per_day = models.PositiveIntegerField(default=20_000_000)
    created_at = models.DateTimeField(default=clock.now)


class SupplierKey(models.Model):
    """A key of a supplier; only its SHA-256 is kept, and its first letters to tell it from others."""

    id = models.AutoField(primary_key=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10))  # terms.Scope
    is_sandbox = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)


class SupplierMember(models.Model):
    """A person who sees and manages the space of a supplier."""

    id = models.AutoField(primary_key=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "person"], name="supplier_member_once")]


class SupplierUsage(models.Model):
    """How many observations a supplier sent on one day (of the city); kept 400 days."""

    id = models.BigAutoField(primary_key=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)  # above a quota

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "day"], name="supplier_usage_once_a_day")]
