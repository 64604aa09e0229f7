-- Adding very many voters (`helpdesk.store.server_arrivals`): an administrator's import sends them by COPY to tables
-- that nobody reads, and one function takes them over. Row-level security would be asked once a row, foreign keys
-- once a row and key: the function asks once who imports and whether they may, and makes every reference itself.
-- Numbers of voters and places in these tables count from 1; the store's own are given when they are taken over.

CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_voter (
    id integer, number text, title text, usage_name text, family_name text, first_name text, birth_date date,
    academy text, department text, code text, corps text, status text, ballots text, roll_digest text
);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_address (
    voter_id integer, address text, folded text, tied boolean
);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_place (place integer, academy text, department text);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_entry (voter_id integer, text text, shown text NOT NULL);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_key (key text COLLATE "C", voter_id integer, place integer);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_word (word text COLLATE "C", voters integer, sound text);
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_part (part text COLLATE "C", word text COLLATE "C");
CREATE UNLOGGED TABLE IF NOT EXISTS helpdesk.arriving_slip (slip text COLLATE "C", stem text COLLATE "C", place smallint);

CREATE OR REPLACE FUNCTION helpdesk.imports_rolls() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() = 'owner' THEN
        RETURN;
    END IF;
    IF NOT helpdesk.administers() OR NOT helpdesk.sees_every_place() THEN
        PERFORM helpdesk.refuse('a roll is imported by an administrator of all places');
    END IF;
    IF helpdesk.roll_is_frozen() THEN
        PERFORM helpdesk.refuse('the roll is frozen during the vote');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.let_arrivals_go() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    TRUNCATE helpdesk.arriving_voter, helpdesk.arriving_address, helpdesk.arriving_place, helpdesk.arriving_entry,
        helpdesk.arriving_key, helpdesk.arriving_word, helpdesk.arriving_part, helpdesk.arriving_slip;
$$;

-- Until the transaction ends, nobody else's voters arrive.
CREATE OR REPLACE FUNCTION helpdesk.expect_voters() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM helpdesk.imports_rolls();
    PERFORM helpdesk.let_arrivals_go();
END
$$;

-- What is done without triggers: the guards' questions are answered, the references are made from what they refer to.
CREATE OR REPLACE FUNCTION helpdesk.put_voters() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica SET work_mem = '64MB'
SET maintenance_work_mem = '128MB' SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    how_many integer := (SELECT count(*) FROM helpdesk.arriving_voter);
    before integer;
    put integer;
    is_first boolean := NOT EXISTS (SELECT FROM voter) AND NOT EXISTS (SELECT FROM search_part)
        AND NOT EXISTS (SELECT FROM search_vocabulary);
    made text;
    indexes text[];
BEGIN
    IF EXISTS (SELECT FROM helpdesk.arriving_voter v WHERE NOT v.id BETWEEN 1 AND how_many)
       OR EXISTS (SELECT FROM helpdesk.arriving_address a WHERE NOT a.voter_id BETWEEN 1 AND how_many)
       OR EXISTS (SELECT FROM helpdesk.arriving_entry e WHERE NOT e.voter_id BETWEEN 1 AND how_many)
       OR EXISTS (SELECT FROM helpdesk.arriving_key k WHERE NOT k.voter_id BETWEEN 1 AND how_many) THEN
        PERFORM helpdesk.refuse('what arrives belongs to who arrives');
    END IF;
    before := nextval(pg_get_serial_sequence('voter', 'id')) - 1;
    PERFORM setval(pg_get_serial_sequence('voter', 'id'), before + how_many);
    IF is_first THEN
        -- Whoever searches the empty store meanwhile waits for its tables until the import ends: there is nobody to find.
        -- Indexes and keys are made when the rows are there: in half the work, and by several processes of the server.
        SELECT array_agg(CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid) ELSE format(
                   'ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END),
               string_agg(CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass) ELSE format(
                   'ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END, '; ')
        INTO indexes, made
        FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
        WHERE i.indrelid IN ('voter'::regclass, 'address'::regclass, 'account'::regclass, 'enrolment'::regclass,
            'search_entry'::regclass, 'search_key'::regclass, 'search_vocabulary'::regclass, 'search_part'::regclass,
            'search_slip'::regclass)
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conindid = i.indexrelid AND f.contype = 'f');
        EXECUTE made;
    END IF;
    INSERT INTO voter (id, number, title, family_name, usage_name, first_name, birth_date, establishment_id, academy,
                       department, corps, status, roll_digest)
    SELECT before + v.id, v.number, v.title, v.family_name, v.usage_name, v.first_name, v.birth_date, e.id, v.academy,
           v.department, v.corps, v.status, v.roll_digest
    FROM helpdesk.arriving_voter v JOIN establishment e ON e.code = v.code;
    GET DIAGNOSTICS put = ROW_COUNT;
    IF put <> how_many THEN
        PERFORM helpdesk.refuse('every voter has an establishment that is known');
    END IF;
    INSERT INTO address (voter_id, address, folded, tied)
    SELECT before + voter_id, address, folded, tied FROM helpdesk.arriving_address;
    INSERT INTO account (voter_id) SELECT before + id FROM helpdesk.arriving_voter;
    INSERT INTO enrolment (voter_id, ballot_id)
    SELECT before + v.id, s.ballot_id
    FROM helpdesk.arriving_voter v
    JOIN (
        SELECT DISTINCT each.ballots, b.id AS ballot_id
        FROM (SELECT DISTINCT ballots FROM helpdesk.arriving_voter) each
        CROSS JOIN LATERAL string_to_table(each.ballots, '|') t (code) JOIN ballot b ON b.code = t.code
    ) s ON s.ballots = v.ballots;
    INSERT INTO search_place (academy, department)
    SELECT academy, department FROM helpdesk.arriving_place a WHERE NOT EXISTS (
        SELECT FROM search_place p WHERE p.academy = a.academy AND p.department = a.department);
    INSERT INTO search_entry (voter_id, text, shown)
    SELECT before + e.voter_id, e.text, e.shown FROM helpdesk.arriving_entry e WHERE e.shown <> '';
    IF EXISTS (SELECT FROM helpdesk.arriving_entry e WHERE e.shown = '') THEN
        -- the roll gives an establishment several names: made here, as 9_shown.sql does
        INSERT INTO search_entry (voter_id, text, shown)
        SELECT before + e.voter_id, e.text, concat_ws(
            U&'\001F', v.number, v.first_name, v.family_name, v.usage_name, p.code, p.name, coalesce(w.written, '')
        )
        FROM helpdesk.arriving_entry e
        JOIN helpdesk.arriving_voter v ON v.id = e.voter_id
        JOIN establishment p ON p.code = v.code
        LEFT JOIN (
            SELECT voter_id, string_agg(folded || ' ' || address, ' ' ORDER BY folded) AS written
            FROM helpdesk.arriving_address WHERE address <> folded GROUP BY voter_id
        ) w ON w.voter_id = e.voter_id
        WHERE e.shown = '';
    END IF;
    INSERT INTO search_key (key, voter_id, place)
    SELECT k.key, before + k.voter_id, p.id
    FROM helpdesk.arriving_key k
    JOIN helpdesk.arriving_place a ON a.place = k.place
    JOIN search_place p ON p.academy = a.academy AND p.department = a.department
    ORDER BY 1, 2, 3;
    PERFORM pg_advisory_xact_lock('search_slip'::regclass::int);
    IF is_first THEN
        INSERT INTO search_vocabulary (word, voters, sound)
        SELECT word, voters, sound FROM helpdesk.arriving_word ORDER BY word;
        INSERT INTO search_part (part, word) SELECT part, word FROM helpdesk.arriving_part ORDER BY 1, 2;
        INSERT INTO search_slip (slip, stem, place) SELECT slip, stem, place FROM helpdesk.arriving_slip ORDER BY 1, 2;
        FOREACH made IN ARRAY indexes LOOP
            EXECUTE made;
        END LOOP;
        ANALYZE voter, address, account, enrolment, search_entry, search_key, search_vocabulary, search_part, search_slip;
    ELSE
        INSERT INTO search_vocabulary AS known (word, voters, sound)
        SELECT word, voters, sound FROM helpdesk.arriving_word ORDER BY word
        ON CONFLICT (word) DO UPDATE SET voters = known.voters + excluded.voters;
        INSERT INTO search_part (part, word)
        SELECT part, word FROM helpdesk.arriving_part ORDER BY 1, 2 ON CONFLICT DO NOTHING;
        INSERT INTO search_slip (slip, stem, place)
        SELECT slip, stem, place FROM helpdesk.arriving_slip ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- Takes over who arrived. The change needs its row in the trail as every change of the desk does.
CREATE OR REPLACE FUNCTION helpdesk.take_over_voters() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM helpdesk.imports_rolls();
    PERFORM helpdesk.put_voters();
    PERFORM helpdesk.let_arrivals_go();
    PERFORM pg_notify('helpdesk', 'all');
    IF helpdesk.session_kind() = 'desk' THEN
        INSERT INTO helpdesk.unaudited (transaction, voter_id) VALUES (pg_current_xact_id(), 0) ON CONFLICT DO NOTHING;
    END IF;
END
$$;
