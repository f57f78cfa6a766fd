"""What the atlas keeps: layers and features with their history."""

from rivulus.atlas.models.base import BaseImport, Place, SearchedLayer, StreetEdge, StreetNode
from rivulus.atlas.models.campaigns import Campaign, CampaignMember, CampaignTask, Contribution, TaskEvent
from rivulus.atlas.models.imports import ImportProblem, LayerImport
from rivulus.atlas.models.land import LandAsset, LandPhoto, LandStage
from rivulus.atlas.models.layers import Change, Feature, Layer, PastFeature
from rivulus.atlas.models.planning import Amendment, AmendmentItem, Constraint, Plan, PlanDocument, ZoneRule
from rivulus.atlas.models.recipes import RasterFile, Recipe, RecipeRun

__all__ = [
    "Amendment",
    "AmendmentItem",
    "BaseImport",
    "Campaign",
    "CampaignMember",
    "CampaignTask",
    "Change",
    "Constraint",
    "Contribution",
    "Feature",
    "ImportProblem",
    "LandAsset",
    "LandPhoto",
    "LandStage",
    "Layer",
    "LayerImport",
    "PastFeature",
    "Place",
    "Plan",
    "PlanDocument",
    "RasterFile",
    "Recipe",
    "RecipeRun",
    "SearchedLayer",
    "StreetEdge",
    "StreetNode",
    "TaskEvent",
    "ZoneRule",
]
