"""Functions that note what the bridge to MQTT publishes. The bridge itself makes and drops the triggers that call them:
a partitioned table with one takes rows in more slowly, and most cities have no bridge."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION observations_note_readings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observations_outgoing (numbers, times, qualities, values)
    SELECT array_agg(datastream), array_agg(time), array_agg(quality), array_agg(value)
      FROM fresh HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION observations_note_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observations_outgoing (numbers, times, qualities, results)
    SELECT array_agg(datastream), array_agg(time), array_agg(quality), array_agg(result)
      FROM fresh HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION observations_note_entities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observations_outgoing (entity, numbers)
    SELECT TG_ARGV[0], array_agg(id) FROM fresh HAVING count(*) > 0;
    RETURN NULL;
END $$;
"""
BACK = """
DROP FUNCTION IF EXISTS observations_note_readings CASCADE;
DROP FUNCTION IF EXISTS observations_note_records CASCADE;
DROP FUNCTION IF EXISTS observations_note_entities CASCADE;
"""


class Migration(migrations.Migration):
    """The functions."""

    dependencies = [("observations", "0005_connectors")]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
