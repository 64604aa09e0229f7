-- Telling open pages of changes, and noting what the desk changed. The message names a voter by an internal number
-- that means nothing to who may not read the row. Many changes at once are told as one.

CREATE OR REPLACE FUNCTION helpdesk.tell(p_voters integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    voter_id integer;
BEGIN
    IF cardinality(p_voters) > 50 THEN
        PERFORM pg_notify('helpdesk', 'all');
        RETURN;
    END IF;
    FOREACH voter_id IN ARRAY p_voters LOOP
        PERFORM pg_notify('helpdesk', 'voter ' || voter_id);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.note(p_voters integer[], p_audited boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(p_voters) = 0 THEN
        RETURN;
    END IF;
    PERFORM helpdesk.tell(p_voters);
    IF p_audited AND helpdesk.session_kind() = 'desk' THEN
        IF cardinality(p_voters) > 50 THEN
            p_voters := '{0}';
        END IF;
        INSERT INTO helpdesk.unaudited (transaction, voter_id)
        SELECT pg_current_xact_id(), unnest(p_voters) ON CONFLICT DO NOTHING;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.note_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM helpdesk.note(
        (SELECT coalesce(array_agg(DISTINCT voter_id), '{}') FROM changed_rows WHERE voter_id IS NOT NULL),
        TG_ARGV[0] = 'audited');
    RETURN NULL;
END
$$;

-- A table without voters: the topic is told.
CREATE OR REPLACE FUNCTION helpdesk.note_topic() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM changed_rows) THEN
        PERFORM pg_notify('helpdesk', TG_TABLE_NAME::text);
        IF TG_ARGV[0] = 'audited' AND helpdesk.session_kind() = 'desk' THEN
            INSERT INTO helpdesk.unaudited (transaction, voter_id) VALUES (pg_current_xact_id(), 0)
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

-- Who is on which voter's page: said, not kept. It is a courtesy between colleagues, and proves nothing.
CREATE OR REPLACE FUNCTION helpdesk.announce(p_voter_id integer, p_here boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.operator_id() IS NULL OR NOT helpdesk.may_act_on(p_voter_id) THEN
        PERFORM helpdesk.refuse('this voter is out of reach');
    END IF;
    PERFORM pg_notify('helpdesk', CASE WHEN p_here THEN 'here ' ELSE 'gone ' END || p_voter_id
                                  || ' ' || helpdesk.operator_id());
END
$$;
