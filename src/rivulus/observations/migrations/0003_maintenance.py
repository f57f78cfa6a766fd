"""What keeping the store in order needs: finding an hour without its series, past
rollups in few bytes, and knowing what retention has dropped."""

from django.db import migrations

FORWARD = """
-- Readings come in nearly by time, so that a few kilobytes find the rows of an hour in a week of millions.
CREATE INDEX observations_reading_brin ON observations_reading USING brin (time) WITH (pages_per_range = 16);
CREATE INDEX observations_hourly_brin ON observations_hourly USING brin (hour) WITH (pages_per_range = 16);
-- Whoever stores asks where the newest block ends.
CREATE INDEX observations_block_finish ON observations_block (finish);
-- Before this there are no readings of a series any more: its older hours are never counted again.
ALTER TABLE observations_head ADD COLUMN raw_from timestamptz;
-- Rollups of past months: one row for each series and year, the format in rules.packing.
CREATE TABLE observations_hourly_block (
    start timestamptz NOT NULL,
    finish timestamptz NOT NULL,
    datastream int4 NOT NULL,
    count int4 NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (datastream, start)
);
CREATE TABLE observations_daily_block (LIKE observations_hourly_block, PRIMARY KEY (datastream, start));
ALTER TABLE observations_hourly_block ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE observations_daily_block ALTER COLUMN data SET STORAGE EXTERNAL;
"""
REVERSE = """
DROP TABLE observations_daily_block, observations_hourly_block;
ALTER TABLE observations_head DROP COLUMN raw_from;
DROP INDEX observations_block_finish;
DROP INDEX observations_hourly_brin;
DROP INDEX observations_reading_brin;
"""


class Migration(migrations.Migration):
    """Indexes, tables and a column."""

    dependencies = [("observations", "0002_store")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
