"""Histories are only ever added to, and nobody decides on their own declaration: the database itself refuses."""

from django.db import migrations

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql

TABLES = (
    "strategy_assessment",
    "strategy_assessmentdecision",
    "strategy_probereading",
    "strategy_measurement",
    "strategy_progressreport",
    "strategy_indicatorvalue",
    "strategy_evaluation",
)
SECOND_PERSON = """
CREATE FUNCTION strategy_refuse_own_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM strategy_assessment
        WHERE id = NEW.assessment_id AND (declared_by_id = NEW.decided_by_id OR NOT needs_confirmation)
    ) THEN
        RAISE EXCEPTION 'A declaration is decided on by a second person, and only where one is needed.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER strategy_second_person BEFORE INSERT ON strategy_assessmentdecision
    FOR EACH ROW EXECUTE FUNCTION strategy_refuse_own_decision();
"""
SECOND_PERSON_REVERSE = """
DROP TRIGGER IF EXISTS strategy_second_person ON strategy_assessmentdecision;
DROP FUNCTION IF EXISTS strategy_refuse_own_decision();
"""


class Migration(migrations.Migration):
    """Triggers of the strategy."""

    dependencies = [("strategy", "0001_initial"), ("journal", "0002_append_only")]

    operations = [
        *(migrations.RunSQL(append_only_sql(table), append_only_reverse_sql(table)) for table in TABLES),
        migrations.RunSQL(SECOND_PERSON, SECOND_PERSON_REVERSE),
    ]
