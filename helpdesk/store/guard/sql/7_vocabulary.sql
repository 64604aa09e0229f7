-- Keeping the words of the search index in step (`helpdesk.store.search.vocabulary`), for logins that may change names
-- or addresses; the owner writes the tables. A word of the index says that somebody somewhere has it: no login reads these tables, and who does not
-- see every place is not told which words were new or are gone, but treats all as if they were.

CREATE OR REPLACE FUNCTION helpdesk.sees_every_word() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT helpdesk.decides() THEN
        PERFORM helpdesk.refuse('this role does not change the index');
    END IF;
    RETURN helpdesk.sees_every_place();
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.check_counts(p_voters int[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(p_voters) n WHERE n IS NULL OR n < 1) THEN
        PERFORM helpdesk.refuse('a word is counted for one voter or more');
    END IF;
END
$$;

-- Adds so many voters to each word; the words whose pieces and misspellings are to be added then.
CREATE OR REPLACE FUNCTION helpdesk.count_words(p_words text[], p_voters int[], p_sounds text[]) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told boolean := helpdesk.sees_every_word();
BEGIN
    PERFORM helpdesk.check_counts(p_voters);
    RETURN QUERY
        WITH put AS (
            INSERT INTO search_vocabulary AS known (word, voters, sound)
            SELECT w.word, w.voters, w.sound FROM unnest(p_words, p_voters, p_sounds) w (word, voters, sound)
            ORDER BY w.word COLLATE "C"  -- two writers never wait for one another
            ON CONFLICT (word) DO UPDATE SET voters = known.voters + excluded.voters
            RETURNING word, xmax = 0 AS is_new  -- xmax tells a row that was updated from one that was made
        )
        SELECT put.word FROM put WHERE put.is_new OR NOT told;
END
$$;

-- Takes so many voters from each word, and words that nobody has any more out; the words whose pieces and misspellings
-- are to be removed then.
CREATE OR REPLACE FUNCTION helpdesk.discount_words(p_words text[], p_voters int[]) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told boolean := helpdesk.sees_every_word();
BEGIN
    PERFORM helpdesk.check_counts(p_voters);
    PERFORM FROM search_vocabulary WHERE word = ANY (p_words) ORDER BY word FOR UPDATE;
    UPDATE search_vocabulary known SET voters = known.voters - w.voters
    FROM unnest(p_words, p_voters) w (word, voters) WHERE known.word = w.word;
    IF told THEN
        RETURN QUERY DELETE FROM search_vocabulary WHERE word = ANY (p_words) AND voters <= 0 RETURNING word;
    ELSE
        DELETE FROM search_vocabulary WHERE word = ANY (p_words) AND voters <= 0;
        RETURN QUERY SELECT unnest(p_words);
    END IF;
END
$$;

-- Two transactions that add and remove words with a common stem would not see each other's: the lock lets one wait.
CREATE OR REPLACE FUNCTION helpdesk.add_spellings(
    p_parts text[], p_words text[], p_slips text[], p_stems text[], p_places smallint[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM helpdesk.sees_every_word();
    PERFORM pg_advisory_xact_lock('search_slip'::regclass::int);
    INSERT INTO search_part (part, word) SELECT * FROM unnest(p_parts, p_words) ON CONFLICT DO NOTHING;
    INSERT INTO search_slip (slip, stem, place) SELECT * FROM unnest(p_slips, p_stems, p_places) ON CONFLICT DO NOTHING;
END
$$;

-- Removes only what no word of the vocabulary has any more.
CREATE OR REPLACE FUNCTION helpdesk.remove_spellings(
    p_parts text[], p_words text[], p_slips text[], p_stems text[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM helpdesk.sees_every_word();
    PERFORM pg_advisory_xact_lock('search_slip'::regclass::int);
    DELETE FROM search_part kept USING unnest(p_parts, p_words) g (part, word)
    WHERE kept.part = g.part AND kept.word = g.word
    AND NOT EXISTS (SELECT FROM search_vocabulary v WHERE v.word = g.word);
    DELETE FROM search_slip kept USING unnest(p_slips, p_stems) g (slip, stem)
    WHERE kept.slip = g.slip AND kept.stem = g.stem
    AND NOT EXISTS (
        SELECT FROM search_vocabulary v
        WHERE v.word = g.stem OR length(g.stem) > 3 AND v.word >= g.stem AND v.word < g.stem || U&'\+10FFFF'
    );
END
$$;
