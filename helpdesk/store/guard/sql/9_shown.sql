-- What a search result shows, kept in the entry of the index (`search_entry`): one look a voter, where five tables would
-- be looked at with every key. Whoever changes any of it changes the entry, whatever their rights there. A voter's
-- entry is changed by who holds the voter's lock; that is why an establishment's new name locks its voters.

CREATE OR REPLACE FUNCTION helpdesk.shown_of(p_voter int) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT concat_ws(
        U&'\001F', v.number, v.first_name, v.family_name, v.usage_name, p.code, p.name,
        coalesce((  -- addresses that are not written as they are compared
            SELECT string_agg(d.folded || ' ' || d.address, ' ' ORDER BY d.folded)
            FROM address d WHERE d.voter_id = v.id AND d.address <> d.folded
        ), '')
    ) FROM voter v JOIN establishment p ON p.id = v.establishment_id WHERE v.id = p_voter
$$;

CREATE OR REPLACE FUNCTION helpdesk.show_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.shown := helpdesk.shown_of(NEW.voter_id);
    SELECT a.state, a.locked_until INTO NEW.state, NEW.locked_until FROM account a WHERE a.voter_id = NEW.voter_id;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.show_voter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE search_entry SET shown = helpdesk.shown_of(NEW.id) WHERE voter_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.show_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE search_entry SET shown = helpdesk.shown_of(NEW.voter_id) WHERE voter_id = NEW.voter_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.show_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE search_entry SET state = NEW.state, locked_until = NEW.locked_until WHERE voter_id = NEW.voter_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.show_establishment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM voter v WHERE v.establishment_id = NEW.id ORDER BY v.number FOR UPDATE;
    UPDATE search_entry e SET shown = helpdesk.shown_of(v.id)
    FROM voter v WHERE v.establishment_id = NEW.id AND e.voter_id = v.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER helpdesk_shown BEFORE INSERT ON search_entry FOR EACH ROW EXECUTE FUNCTION helpdesk.show_entry();
CREATE TRIGGER helpdesk_shown AFTER UPDATE OF number, first_name, family_name, usage_name, establishment_id ON voter
FOR EACH ROW WHEN (
    (OLD.number, OLD.first_name, OLD.family_name, OLD.usage_name, OLD.establishment_id)
    IS DISTINCT FROM (NEW.number, NEW.first_name, NEW.family_name, NEW.usage_name, NEW.establishment_id)
) EXECUTE FUNCTION helpdesk.show_voter();
CREATE TRIGGER helpdesk_shown AFTER UPDATE OF address ON address
FOR EACH ROW WHEN (OLD.address <> NEW.address) EXECUTE FUNCTION helpdesk.show_address();
CREATE TRIGGER helpdesk_shown AFTER UPDATE OF state, locked_until ON account
FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.locked_until IS DISTINCT FROM NEW.locked_until)
EXECUTE FUNCTION helpdesk.show_account();
CREATE TRIGGER helpdesk_shown AFTER UPDATE OF code, name ON establishment
FOR EACH ROW WHEN ((OLD.code, OLD.name) IS DISTINCT FROM (NEW.code, NEW.name))
EXECUTE FUNCTION helpdesk.show_establishment();
