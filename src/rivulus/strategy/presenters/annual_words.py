"""The fixed words of the printed report; its template asks for them by key and knows no language."""

from django.utils.translation import gettext

from rivulus.kernel.words import N_

WORDS = {
    "city": N_("Baia Mare"),
    "strategy": N_("Smart City Strategy Baia Mare 2030"),
    "contents": N_("Contents"),
    "as_of": N_("As of"),
    "page": N_("Page"),
    "demonstration": N_("Demonstration: made for trying things out, not a document of the city"),
    "summary": N_("The year on one page"),
    "vision": N_("What the city wants to be in 2030"),
    "method": N_("How this report was made"),
    "matrix": N_("The maturity matrix"),
    "matrix_lead": N_(
        "Each sign is one criterion. A level is reached when all of its criteria, and all of the levels below, are met."
    ),
    "changes": N_("What changed since the evaluation before"),
    "changes_none": N_("This is the first evaluation kept on the platform; there is nothing to compare it with yet."),
    "changes_empty": N_("Nothing changed between the two evaluations."),
    "changes_levels": N_("Levels of the pillars"),
    "changes_criteria": N_("Criteria that changed"),
    "changes_indicators": N_("Indicators with a new value"),
    "changes_projects": N_("Projects that changed"),
    "changes_sums": N_("The portfolio in numbers"),
    "no_change": N_("No change."),
    "forecast": N_("What is expected until 2030"),
    "forecast_lead": N_(
        "Two ways to look at the same portfolio: if every project ends in the year that the strategy prints,"
        " and if projects go on as their teams report. Which project helps which criterion is an"
        " interpretation; the strategy does not say it."
    ),
    "forecast_planned": N_("As planned"),
    "forecast_reported": N_("As reported"),
    "forecast_criteria": N_("Criteria met at the end of the year"),
    "forecast_levels": N_("Expected level of each pillar"),
    "forecast_unreachable": N_("Criteria that no project of the portfolio would satisfy, even all together"),
    "indicators": N_("Indicators"),
    "indicators_lead": N_(
        "Values of chapter 6.4 of the strategy and those entered since. Bars compare the city with the"
        " region, each pair on its own scale. A sign beside the code means that the source has a fault"
        " there."
    ),
    "portfolio": N_("The portfolio"),
    "portfolio_lead": N_(
        "Projects of chapter 5. Yearly sums are counted from 2023 to 2030; projects without a stated"
        " value are in no sum."
    ),
    "by_direction": N_("Stated value by direction of action"),
    "by_year": N_("Stated value by year"),
    "all_projects": N_("All projects"),
    "no_year": N_("no year stated"),
    "overdue": N_("Reports that are owed"),
    "overdue_lead": N_(
        "Projects in preparation or under way whose team has not reported about the half-year that ended last."
    ),
    "overdue_none": N_("No project owes a report."),
    "anomalies": N_("Faults found in the source"),
    "anomalies_lead": N_(
        "The strategy is printed with gaps, repetitions and contradictions. The platform changes none of"
        " them silently; each is listed here by what it is about."
    ),
    "sources": N_("Sources"),
    "sources_lead": N_(
        "Documents that the strategy relates to. Every figure on the platform names its own chapter, page or document."
    ),
    "proof": N_("How to check this report"),
    "proof_text": N_(
        "This report was made from one snapshot of the platform and from nothing else. The snapshot is"
        " attached to this file. The digest below is the SHA-256 of its canonical form, and is written in"
        " the journal of the platform; the same snapshot gives the same report again, bit by bit."
    ),
    "digest": N_("Digest of the snapshot"),
    "pack_digest": N_("Digest of the pack of facts"),
    "format": N_("Format of the snapshot"),
    "version": N_("Version of the platform"),
    "attached": N_("The snapshot from which this report was made (JSON)"),
    "pillar": N_("Pillar"),
    "level": N_("Level"),
    "code": N_("Code"),
    "criterion": N_("Criterion"),
    "state": N_("State"),
    "known": N_("How it is known"),
    "since": N_("Since"),
    "now": N_("Now"),
    "with_in_progress": N_("With what is under way"),
    "expected": N_("Expected by 2030"),
    "next_level": N_("Of the next level"),
    "before": N_("Before"),
    "after": N_("Now"),
    "indicator": N_("Indicator"),
    "unit": N_("Unit"),
    "target": N_("Target"),
    "comparison": N_("Against the region"),
    "place": N_("Place"),
    "direction": N_("Direction of action"),
    "project": N_("Project"),
    "projects": N_("Projects"),
    "status": N_("Status"),
    "done": N_("Done"),
    "spent": N_("Spent"),
    "value": N_("Stated value"),
    "unstated": N_("Without a value"),
    "horizon": N_("Horizon"),
    "year": N_("Year"),
    "half_year": N_("Half-year"),
    "due": N_("Due"),
    "days_late": N_("Days late"),
    "responsible": N_("Responsible"),
    "sum": N_("Sum"),
    "change": N_("Change"),
    "document": N_("Document"),
    "period": N_("Period"),
    "note": N_("Note"),
    "per_year": N_("per year"),
    "per_unit": N_("per unit"),
    "fault": N_("The source has a fault here"),
    "alt_cover": N_("Six columns of five steps, one for each pillar; filled steps are levels reached."),
    "alt_mark": N_("The sign of Rivulus: a chestnut leaf with a stream for its vein."),
    "alt_levels": N_("Bars with the level of each pillar; the same numbers stand in the table below."),
    "alt_states": N_("A bar divided by how the criteria stand; the same numbers stand beside it."),
    "alt_directions": N_("Bars with the stated value of each direction; the same numbers stand in the table."),
    "alt_years": N_("Bars with the stated value of each year; each bar carries its number."),
    "alt_forecast": N_("Bars with the criteria met at the end of each year; each bar carries its number."),
}
METHOD = (
    (
        N_("How a level is reached"),
        N_(
            "A pillar stands on the highest level of which it, and all levels below, have every criterion"
            " met. The share beside it tells how many criteria of the next level are met."
        ),
    ),
    (
        N_("What is under way"),
        N_(
            "“With what is under way” counts criteria in progress as if they were met. “Expected by 2030”"
            " adds those that chapter 4.2 of the strategy promises by then."
        ),
    ),
    (
        N_("Ladders"),
        N_(
            "Some criteria are steps of the same thing, such as 15, 30, 50 and 75 percent of waste"
            " recycled. A higher step that is met implies the lower ones."
        ),
    ),
    (
        N_("Measured, declared, reconstructed"),
        N_(
            "Measured: the platform computes a number and compares it with a threshold. Declared: the"
            " strategy unit says so, with a date, a reason and a document; at levels 4 and 5 a second"
            " person confirms it. Reconstructed: read in chapter 4.2 of the strategy as it stood in 2022."
            " Where nothing is said, the state is not known, and nothing is invented."
        ),
    ),
    (
        N_("Indicators"),
        N_(
            "A value of the city is set against the region only where it is known which direction is"
            " better. Differences under one percent count as equal."
        ),
    ),
    (
        N_("Money"),
        N_(
            "Values are those that chapter 5 prints, in euros. Money spent is what project teams report"
            " from the beginning of the project. Demonstration data are in no number of this report."
        ),
    ),
)
OUTCOMES = {
    "better": N_("Better"),
    "worse": N_("Worse"),
    "equal": N_("About the same"),
    "not_comparable": N_("Not compared"),
}
# In a narrow column; the method says where from.
BASES = {
    "measured": N_("Measured"),
    "declared": N_("Declared"),
    "reconstructed": N_("Reconstructed"),
    "unknown": N_("Not known"),
}
ABOUT = {
    "matrix": N_("The matrix"),
    "criterion": N_("Criteria"),
    "indicator": N_("Indicators"),
    "project": N_("Projects"),
    "direction": N_("Directions of action"),
    "pillar": N_("Pillars"),
    "document": N_("The document"),
}


def fixed_words() -> dict[str, str]:
    """Return the words in the language in force."""
    return {key: gettext(word) for key, word in WORDS.items()}


def method() -> list[dict[str, str]]:
    """Return the method, paragraph by paragraph, in the language in force."""
    return [{"title": gettext(title), "text": gettext(text)} for title, text in METHOD]
