-- The audit trail: rows are made here and nowhere else, in the order of the chain, signed with the session's own name.

-- The same canonical JSON as domain/audit.py: keys in order, no spaces, UTF-8, microseconds UTC.
CREATE OR REPLACE FUNCTION helpdesk.audit_content_hash(
    p_seq bigint, p_at timestamptz, p_actor text, p_action text, p_outcome text, p_voter text, p_reason text,
    p_detail jsonb, p_request text
) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(
        '{"action":' || to_json(p_action)::text
        || ',"actor":' || to_json(p_actor)::text
        || ',"at":"' || to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
        || '","detail":{' || coalesce((
            SELECT string_agg(to_json(key)::text || ':' || to_json(value)::text, ',' ORDER BY key COLLATE "C")
            FROM jsonb_each_text(p_detail)), '')
        || '},"outcome":' || to_json(p_outcome)::text
        || ',"reason":' || coalesce(to_json(p_reason)::text, 'null')
        || ',"request":' || coalesce(to_json(p_request)::text, 'null')
        || ',"seq":' || p_seq
        || ',"voter":' || coalesce(to_json(p_voter)::text, 'null') || '}',
        'UTF8')), 'hex')
$$;

-- Adds rows to the end of the chain, in the order given: objects of action, outcome, voter, reason, detail and request.
-- The lock is held until the commit, so that rows are numbered without gaps. An operator signs as themselves whatever
-- `p_actor` says. A refusal names the voter only if there is one, and nobody learns from the answer whether there is.
CREATE OR REPLACE FUNCTION helpdesk.append_audit(p_at timestamptz, p_actor text, p_entries jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kind text := helpdesk.session_kind();
    actor text := p_actor;
    entry record;
    known text;
    last_seq bigint;
    last_hash text;
    content text;
    made audit_event[] := '{}';
BEGIN
    IF kind = 'desk' THEN
        SELECT name INTO actor FROM operator WHERE folded = session_user AND disabled IS NULL;
        IF actor IS NULL THEN
            PERFORM helpdesk.refuse('this login is no operator of this store');
        END IF;
    ELSIF kind IN ('mailer', 'portal') THEN
        IF p_actor <> kind THEN
            PERFORM helpdesk.refuse('a service signs with its own name');
        END IF;
    ELSIF kind <> 'owner' THEN
        PERFORM helpdesk.refuse('this login is no operator of this store');
    END IF;
    p_at := helpdesk.checked_time(p_at);
    PERFORM pg_advisory_xact_lock({audit_lock});
    SELECT seq, hash INTO last_seq, last_hash FROM audit_event ORDER BY seq DESC LIMIT 1;
    last_seq := coalesce(last_seq, 0);
    last_hash := coalesce(last_hash, repeat('0', 64));
    FOR entry IN
        SELECT each->>'action' AS action, each->>'outcome' AS outcome, each->>'voter' AS voter,
               each->>'reason' AS reason, each->'detail' AS detail, each->>'request' AS request
        FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS entries(each, place) ORDER BY place
    LOOP
        IF kind = 'desk' THEN
            IF entry.action IN ('mail_accepted', 'mail_failed', 'mail_expired', 'store_initialised', 'trial_prepared')
            THEN
                PERFORM helpdesk.refuse('the desk does not record this');
            END IF;
            IF entry.voter IS NOT NULL AND entry.outcome <> 'refused'
               AND NOT coalesce(helpdesk.may_act_on((SELECT id FROM voter WHERE number = entry.voter)), false) THEN
                PERFORM helpdesk.refuse('this voter is out of reach');
            END IF;
        END IF;
        IF EXISTS (SELECT 1 FROM jsonb_each(entry.detail) WHERE jsonb_typeof(value) <> 'string') THEN
            PERFORM helpdesk.refuse('details are texts');
        END IF;
        known := entry.voter;
        IF entry.outcome = 'refused' THEN
            SELECT number INTO known FROM voter WHERE number = entry.voter;
        END IF;
        last_seq := last_seq + 1;
        content := helpdesk.audit_content_hash(
            last_seq, p_at, actor, entry.action, entry.outcome, known, entry.reason, entry.detail, entry.request);
        last_hash := encode(sha256(convert_to(last_hash || content, 'SQL_ASCII')), 'hex');
        made := made || ROW(last_seq, p_at, actor, entry.action, entry.outcome, known, entry.reason, entry.detail,
                            entry.request, content, last_hash)::audit_event;
    END LOOP;
    INSERT INTO audit_event SELECT * FROM unnest(made);
END
$$;

-- Changes of this transaction that need a row in the trail; empty between transactions.
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.unaudited (
    transaction xid8 NOT NULL,
    voter_id integer NOT NULL,
    PRIMARY KEY (transaction, voter_id)
);

-- At the commit: who works at the desk changes nothing that the trail does not tell of, in the same transaction.
CREATE OR REPLACE FUNCTION helpdesk.require_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    event record;
    number_changed text;
BEGIN
    SELECT number INTO number_changed FROM voter WHERE id = NEW.voter_id;
    FOR event IN SELECT audit_event.xmin AS made_by, voter, outcome FROM audit_event ORDER BY seq DESC LOOP
        EXIT WHEN event.made_by <> pg_current_xact_id()::xid;
        IF event.outcome <> 'refused' AND (number_changed IS NULL OR event.voter = number_changed
                                           OR helpdesk.administers()) THEN
            DELETE FROM helpdesk.unaudited WHERE transaction = NEW.transaction AND voter_id = NEW.voter_id;
            RETURN NULL;
        END IF;
    END LOOP;
    PERFORM helpdesk.refuse('no change without a row in the audit trail');
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS audited ON helpdesk.unaudited;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON helpdesk.unaudited
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION helpdesk.require_audit();
