"""A run of a connector is written once: it may be forgotten after its time, but never changed."""

from django.db import migrations

SQL = """
CREATE TRIGGER observations_connectorrun_unchanged BEFORE UPDATE ON observations_connectorrun
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""
REVERSE = "DROP TRIGGER IF EXISTS observations_connectorrun_unchanged ON observations_connectorrun;"


class Migration(migrations.Migration):
    """The trigger."""

    dependencies = [("observations", "0004_automations"), ("journal", "0002_append_only")]

    operations = [migrations.RunSQL(SQL, REVERSE)]
