"""Which fields of the facts are kept in Romanian, English and Hungarian."""

from modeltranslation.translator import TranslationOptions, register

from rivulus.strategy import models


def _translate(model: type, *names: str) -> None:
    register(model)(type(f"{model.__name__}Languages", (TranslationOptions,), {"fields": names}))


_translate(models.Pillar, "name", "goal", "summary")
_translate(models.Level, "name", "description")
_translate(models.Milestone, "title", "note")
_translate(models.Ladder, "title", "reason")
_translate(models.Criterion, "text")
_translate(models.PathStep, "text")
_translate(models.CriterionProbe, "reason")
_translate(models.Assessment, "reason")
_translate(models.Document, "title", "note")
_translate(models.DocumentObjective, "title")
_translate(models.UmbrellaLink, "reason")
_translate(models.Anomaly, "title", "description")
_translate(models.StructurePart, "name", "task")
_translate(models.HelixGroup, "name", "examples")
_translate(models.ConsultationResult, "question", "answer")
_translate(models.Vision, "title", "text")
_translate(models.Direction, "title", "note")
_translate(models.FundingSource, "name")
_translate(models.Project, "title", "note")
_translate(models.ProjectCriterion, "reason")
_translate(models.Place, "name")
_translate(models.Indicator, "title", "unit", "target_text", "note")
_translate(models.IndicatorValue, "text")
