"""How the city is doing against what it promised: matrix, assessments, portfolio, indicators, evaluations."""
