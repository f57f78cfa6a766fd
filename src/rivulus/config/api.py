"""The API: one door, one router per context, one shape of error."""

from ninja import NinjaAPI

api = NinjaAPI(title="Rivulus", version="1", urls_namespace="api")
