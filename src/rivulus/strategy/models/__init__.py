"""What the strategy remembers: the facts of the pack, and what people have said and measured since."""

from rivulus.strategy.models.assessment import Assessment, AssessmentDecision, Measurement, ProbeReading
from rivulus.strategy.models.documents import (
    Anomaly,
    ConsultationResult,
    Document,
    DocumentObjective,
    HelixGroup,
    PackLoad,
    StructurePart,
    UmbrellaLink,
    Vision,
)
from rivulus.strategy.models.evaluation import Evaluation, ReportFile
from rivulus.strategy.models.indicators import Indicator, IndicatorValue, Place
from rivulus.strategy.models.matrix import (
    Criterion,
    CriterionProbe,
    Ladder,
    Level,
    Milestone,
    PathStep,
    Pillar,
)
from rivulus.strategy.models.portfolio import (
    Direction,
    FundingSource,
    ProgressReport,
    Project,
    ProjectCriterion,
    ProjectMember,
    Reminder,
    ReportPhoto,
)

__all__ = [
    "Anomaly",
    "Assessment",
    "AssessmentDecision",
    "ConsultationResult",
    "Criterion",
    "CriterionProbe",
    "Direction",
    "Document",
    "DocumentObjective",
    "Evaluation",
    "FundingSource",
    "HelixGroup",
    "Indicator",
    "IndicatorValue",
    "Ladder",
    "Level",
    "Measurement",
    "Milestone",
    "PackLoad",
    "PathStep",
    "Pillar",
    "Place",
    "ProbeReading",
    "ProgressReport",
    "Project",
    "ProjectCriterion",
    "ProjectMember",
    "Reminder",
    "ReportFile",
    "ReportPhoto",
    "StructurePart",
    "UmbrellaLink",
    "Vision",
]
