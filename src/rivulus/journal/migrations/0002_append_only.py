"""The database itself refuses to change, remove or truncate what the journal holds."""

from django.db import migrations

from rivulus.journal.sealing import append_only_reverse_sql, append_only_sql

REFUSE = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are only ever added: % is refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that says what is true now.';
END
$$;

CREATE FUNCTION journal_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = OLD.id AND NEW.sequence = OLD.sequence + 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The head of the journal only moves on by one line.' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER journal_head_moves_on BEFORE UPDATE ON journal_head
    FOR EACH ROW EXECUTE FUNCTION journal_head_moves_on();
CREATE TRIGGER journal_head_stays BEFORE DELETE OR TRUNCATE ON journal_head
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""

REVERSE = """
DROP TRIGGER journal_head_stays ON journal_head;
DROP TRIGGER journal_head_moves_on ON journal_head;
DROP FUNCTION journal_head_moves_on();
DROP FUNCTION journal_refuse_change();
"""


class Migration(migrations.Migration):
    """Triggers of the journal."""

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, REVERSE),
        migrations.RunSQL(append_only_sql("journal_line"), append_only_reverse_sql("journal_line")),
        migrations.RunSQL(append_only_sql("journal_verification"), append_only_reverse_sql("journal_verification")),
    ]
