from django.db import migrations

FORWARD = """
CREATE FUNCTION core_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The one change that is allowed: an unchained entry receives its place in the chain.
    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND OLD.position IS NULL
        AND NEW.hash IS NOT NULL AND NEW.position IS NOT NULL
        AND to_jsonb(NEW) - 'hash' - 'position' = to_jsonb(OLD) - 'hash' - 'position'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Audit entries are append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER core_audit_rows BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_audit_guard();
CREATE TRIGGER core_audit_table BEFORE TRUNCATE ON core_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_audit_guard();
"""
BACKWARD = """
DROP TRIGGER core_audit_table ON core_auditentry;
DROP TRIGGER core_audit_rows ON core_auditentry;
DROP FUNCTION core_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
