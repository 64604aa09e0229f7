-- Who is asking: everything hangs on session_user, which no SQL of the session can change.
-- An operator's login is the folded name in the table `operator`; disabled ones are nobody.
-- What nearly every statement asks is in PL/pgSQL: its plan is kept for the session, that of a SQL function is not.

CREATE OR REPLACE FUNCTION helpdesk.session_kind() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN rolsuper OR pg_has_role(session_user, 'helpdesk_owner', 'MEMBER') THEN 'owner'
            WHEN pg_has_role(session_user, 'helpdesk_desk', 'MEMBER') THEN 'desk'
            WHEN pg_has_role(session_user, 'helpdesk_mailer', 'MEMBER') THEN 'mailer'
            WHEN pg_has_role(session_user, 'helpdesk_portal', 'MEMBER') THEN 'portal'
            ELSE 'nobody'
        END FROM pg_roles WHERE rolname = session_user
    );
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.operator_id() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT id FROM operator WHERE folded = session_user AND disabled IS NULL
    );
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.operator_role() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT role FROM operator WHERE folded = session_user AND disabled IS NULL
    );
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.administers() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(helpdesk.operator_role() = 'administrator', false)
$$;

CREATE OR REPLACE FUNCTION helpdesk.reads_trail() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(helpdesk.operator_role() IN ('administrator', 'auditor'), false)
$$;

-- Who decides on changes of address, and sets the incident notice.
CREATE OR REPLACE FUNCTION helpdesk.decides() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(helpdesk.operator_role() IN ('supervisor', 'administrator'), false)
$$;

CREATE OR REPLACE FUNCTION helpdesk.serves_voters() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(helpdesk.operator_role() IN ('agent', 'supervisor', 'administrator'), false)
$$;

-- The operator's own voter number, if they are a voter too.
CREATE OR REPLACE FUNCTION helpdesk.own_voter_number() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT voter_number FROM operator WHERE folded = session_user AND disabled IS NULL
    );
END
$$;

-- The record that row-level security hides from its owner. An administrator sees their own: a roll is imported whole,
-- and who may link operators to voters could unlink themselves; they still cannot act on it (see the guards).
CREATE OR REPLACE FUNCTION helpdesk.own_record() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN helpdesk.administers() THEN NULL ELSE helpdesk.own_voter_number() END
$$;

CREATE OR REPLACE FUNCTION helpdesk.sees_every_place() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT helpdesk.serves_voters()
            AND NOT EXISTS (SELECT 1 FROM operator_scope WHERE operator_id = helpdesk.operator_id())
    );
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.sees_all() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT helpdesk.sees_every_place() AND helpdesk.own_record() IS NULL
$$;

CREATE OR REPLACE FUNCTION helpdesk.academies() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(value), '{}') FROM operator_scope
    WHERE operator_id = helpdesk.operator_id() AND kind = 'academy' AND helpdesk.serves_voters()
$$;

CREATE OR REPLACE FUNCTION helpdesk.departments() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(value), '{}') FROM operator_scope
    WHERE operator_id = helpdesk.operator_id() AND kind = 'department' AND helpdesk.serves_voters()
$$;

-- Whether the session may act on a voter: mailer, portal and owner on any, an operator within their reach and never
-- on themselves.
CREATE OR REPLACE FUNCTION helpdesk.may_act_on(p_voter_id integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE helpdesk.session_kind()
        WHEN 'nobody' THEN false
        WHEN 'desk' THEN EXISTS (
            SELECT 1 FROM voter WHERE id = p_voter_id
            AND number IS DISTINCT FROM helpdesk.own_voter_number()
            AND (helpdesk.sees_every_place()
                 OR academy = ANY (helpdesk.academies()) OR department = ANY (helpdesk.departments())))
        ELSE true
    END
$$;

CREATE OR REPLACE FUNCTION helpdesk.refuse(p_why text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'helpdesk: %', p_why USING ERRCODE = 'insufficient_privilege';
END
$$;

-- The time that rules go by: the server's own. A client may say what it takes the time to be, so that what it stores
-- agrees; a store made for trials believes any time, a real one a few minutes' difference and no more.
CREATE OR REPLACE FUNCTION helpdesk.checked_time(p_claimed timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    server timestamptz := clock_timestamp();
BEGIN
    IF p_claimed IS NULL THEN
        RETURN server;
    END IF;
    IF p_claimed BETWEEN server - interval '5 minutes' AND server + interval '5 minutes'
       OR helpdesk.session_kind() = 'owner' OR coalesce((SELECT trial FROM election), true) THEN
        RETURN p_claimed;
    END IF;
    RAISE EXCEPTION 'helpdesk: the clock of this computer is off' USING ERRCODE = 'HD001';
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.now() RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT helpdesk.checked_time(nullif(current_setting('helpdesk.now', true), '')::timestamptz)
$$;

-- FOR UPDATE without the right to update: the row is locked by the owner, after the session's reach was checked.
CREATE OR REPLACE FUNCTION helpdesk.lock_voter(p_number text, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_id integer;
BEGIN
    IF p_at IS NOT NULL THEN
        PERFORM set_config('helpdesk.now', helpdesk.checked_time(p_at)::text, true);
    END IF;
    SELECT id INTO found_id FROM voter WHERE number = p_number;
    IF found_id IS NULL OR NOT helpdesk.may_act_on(found_id) THEN
        RETURN NULL;
    END IF;
    SELECT id INTO found_id FROM voter WHERE number = p_number FOR UPDATE;
    RETURN found_id;
END
$$;

-- The same for several voters, in the order of their numbers, so that two who lock some never block each other.
CREATE OR REPLACE FUNCTION helpdesk.lock_voters(p_numbers text[], p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    reaches_all boolean := helpdesk.session_kind() IN ('owner', 'mailer', 'portal');
BEGIN
    IF p_at IS NOT NULL THEN
        PERFORM set_config('helpdesk.now', helpdesk.checked_time(p_at)::text, true);
    END IF;
    PERFORM id FROM voter WHERE number = ANY (p_numbers) AND (reaches_all OR helpdesk.may_act_on(id))
    ORDER BY number FOR UPDATE;
END
$$;
