"""A version of a rule is never rewritten, and one that acts on the street has two people behind it: the database itself
refuses everything else. Moves of alarms are only ever added."""

from django.db import migrations

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql

VERSIONS = """
-- What acts on the street is read from the definition itself, not from what the application says of it.
ALTER TABLE observations_automationversion ADD CONSTRAINT automation_version_says_whether_it_acts
    CHECK (acts_on_street = jsonb_path_exists(definition, '$.**.task'));

CREATE FUNCTION observations_guard_automation_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A version of a rule is never removed.' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.automation_id, NEW.number, NEW.text, NEW.definition, NEW.title, NEW.created_at)
            IS DISTINCT FROM (OLD.automation_id, OLD.number, OLD.text, OLD.definition, OLD.title, OLD.created_at)
            OR NEW.created_by_id IS DISTINCT FROM OLD.created_by_id
            OR (OLD.confirmed_by_id IS NOT NULL AND NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id)
            OR (OLD.activated_at IS NOT NULL AND (NEW.activated_by_id, NEW.activated_at)
                IS DISTINCT FROM (OLD.activated_by_id, OLD.activated_at)) THEN
            RAISE EXCEPTION 'A version of a rule is never rewritten.' USING ERRCODE = 'check_violation';
        END IF;
        IF array_position(ARRAY['draft', 'confirmed', 'active', 'retired'], NEW.state::text)
            < array_position(ARRAY['draft', 'confirmed', 'active', 'retired'], OLD.state::text) THEN
            RAISE EXCEPTION 'A version of a rule only moves forward.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    -- Two people: the author and the one who confirms; of a rule that came with the pack, the one who confirms and the
    -- one who switches it on.
    IF NEW.state = 'active' AND NEW.acts_on_street AND (
        NEW.confirmed_by_id IS NULL
        OR NEW.confirmed_by_id = NEW.created_by_id
        OR (NEW.created_by_id IS NULL AND (NEW.activated_by_id IS NULL OR NEW.activated_by_id = NEW.confirmed_by_id))
    ) THEN
        RAISE EXCEPTION 'A rule that acts on the street needs a second person.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER observations_automation_version_guard BEFORE INSERT OR UPDATE OR DELETE ON observations_automationversion
    FOR EACH ROW EXECUTE FUNCTION observations_guard_automation_version();
"""
VERSIONS_REVERSE = """
DROP TRIGGER IF EXISTS observations_automation_version_guard ON observations_automationversion;
DROP FUNCTION IF EXISTS observations_guard_automation_version();
ALTER TABLE observations_automationversion DROP CONSTRAINT IF EXISTS automation_version_says_whether_it_acts;
"""
MOVES = "observations_alarmmove"


class Migration(migrations.Migration):
    """Guards of rules and alarms."""

    dependencies = [("observations", "0003_maintenance"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(VERSIONS, VERSIONS_REVERSE),
        migrations.RunSQL(append_only_sql(MOVES), append_only_reverse_sql(MOVES)),
    ]
