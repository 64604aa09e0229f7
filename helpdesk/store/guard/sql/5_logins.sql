-- Operators' logins: made, closed and opened by administrators through these functions, which belong to a role that may
-- make roles and nothing else; neither the tables' owner nor any person may.

CREATE OR REPLACE FUNCTION helpdesk.check_login(p_login text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() <> 'owner' AND NOT helpdesk.administers() THEN
        PERFORM helpdesk.refuse('only administrators manage logins');
    END IF;
    IF p_login IS NULL OR octet_length(p_login) NOT BETWEEN 1 AND 63 OR p_login IN ('public', 'none')
       OR p_login ~ '^pg_' OR p_login ~ '^helpdesk_' THEN
        PERFORM helpdesk.refuse('no login can have this name');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM operator WHERE folded = p_login) THEN
        PERFORM helpdesk.refuse('a login belongs to an operator');
    END IF;
END
$$;

-- True when the role is an operator's or a plain login without any power, so that nothing else is taken over.
CREATE OR REPLACE FUNCTION helpdesk.is_plain_login(p_login text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM pg_roles AS login WHERE login.rolname = p_login AND NOT login.rolsuper
        AND NOT login.rolcreaterole AND NOT login.rolcreatedb AND NOT login.rolreplication AND NOT login.rolbypassrls
        AND NOT EXISTS (
            SELECT 1 FROM pg_auth_members JOIN pg_roles AS granted ON granted.oid = roleid
            WHERE member = login.oid AND granted.rolname NOT IN ('helpdesk_desk', 'helpdesk_administrator')))
$$;

CREATE OR REPLACE FUNCTION helpdesk.check_verifier(p_verifier text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_verifier !~ '^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
        RAISE EXCEPTION 'helpdesk: passwords come as SCRAM verifiers' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Without a verifier the server asks elsewhere for the password (pg_hba.conf: LDAP, Kerberos), and a login that the
-- server's administrator made beforehand is taken; with one, the login must be new.
CREATE OR REPLACE FUNCTION helpdesk.create_login(p_login text, p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM helpdesk.check_login(p_login);
    IF p_verifier IS NOT NULL THEN
        PERFORM helpdesk.check_verifier(p_verifier);
    END IF;
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = p_login) THEN
        IF p_verifier IS NOT NULL OR NOT helpdesk.is_plain_login(p_login) THEN
            RAISE EXCEPTION 'helpdesk: there is a login of this name' USING ERRCODE = 'duplicate_object';
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN', p_login);
    ELSE
        EXECUTE format('CREATE ROLE %I LOGIN INHERIT CONNECTION LIMIT 30', p_login);
        IF p_verifier IS NOT NULL THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', p_login, p_verifier);
        END IF;
    END IF;
    EXECUTE format('GRANT helpdesk_desk TO %I', p_login);
    IF helpdesk.role_of_operator(p_login) = 'administrator' THEN
        EXECUTE format('GRANT helpdesk_administrator TO %I', p_login);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.role_of_operator(p_login text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT role FROM operator WHERE folded = p_login
$$;

CREATE OR REPLACE FUNCTION helpdesk.set_login_password(p_login text, p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM helpdesk.check_login(p_login);
    PERFORM helpdesk.check_verifier(p_verifier);
    IF NOT helpdesk.is_plain_login(p_login) THEN
        PERFORM helpdesk.refuse('this login is not an operator''s');
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', p_login, p_verifier);
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.open_login(p_login text, p_open boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM helpdesk.check_login(p_login);
    IF NOT helpdesk.is_plain_login(p_login) THEN
        PERFORM helpdesk.refuse('this login is not an operator''s');
    END IF;
    EXECUTE format(CASE WHEN p_open THEN 'ALTER ROLE %I LOGIN' ELSE 'ALTER ROLE %I NOLOGIN' END, p_login);
END
$$;

-- Ends the sessions of an operator who was disabled; how many. To be called once that is committed: a session that
-- ended before could be opened again.
CREATE OR REPLACE FUNCTION helpdesk.end_sessions(p_login text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM helpdesk.check_login(p_login);
    IF NOT helpdesk.is_plain_login(p_login) THEN
        PERFORM helpdesk.refuse('this login is not an operator''s');
    END IF;
    RETURN (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE usename = p_login AND datname = current_database() AND pid <> pg_backend_pid());
END
$$;
