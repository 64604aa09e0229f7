-- The search of `helpdesk.store.search`: works through the probes of a plan (plan.py tells what each is) in one call.
-- It runs as the owner, since nobody at a desk may read the index, and shows what the caller may see: an operator's
-- own login is limited to its scope, without the login's own record, whatever the arguments say. Only sessions that
-- may see everything (owner) name the operator whose role and scope hold.
--
-- Answers one row: the operator's role as stored now (null for one who is gone or disabled), and the voters found,
-- best first, in one text as `found.py` reads it: voters parted by U+001E, their fields by U+001F. A row for each voter
-- would cost more to send than to find.
--
-- OFFSET 0 keeps an expression from being worked out anew wherever it is used.
-- Every statement is planned once a session: what is planned with each call takes longer than it runs.

-- Words like one that may be misspelt, nearest first; beginnings of words (stems) for a short one that is unfinished.
-- `far` counts the letters that one has and the other lacks, as `spelling.apart` does. A letter too many or too few
-- shifts what follows: the other's beginning then lacks its last letter.
CREATE OR REPLACE FUNCTION helpdesk.search_likes(p_like jsonb, p_limit int) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    typed text := p_like ->> 0;
    heard text := p_like ->> 2;
    ending text := p_like ->> 3;
    shortest int := p_like -> 4;
    longest int := p_like -> 5;
    finished boolean := p_like -> 6;
    by_stem boolean := NOT finished AND length(typed) <= 6;
    stems text[];
BEGIN
    stems := ARRAY(  -- once each: a stem that is near shares many forms with what was typed
        SELECT DISTINCT s.stem
        FROM jsonb_each_text(p_like -> 1) t
        JOIN search_slip s ON s.slip = t.key AND (
            s.place = 0 OR t.value = '0' OR abs(s.place - t.value::int) <= 1
            OR s.place >= length(s.stem) - 1 OR t.value::int >= length(t.key)
        )
    );
    RETURN ARRAY(
        SELECT u.word FROM (
            SELECT s.stem AS word, length(translate(s.stem, typed, '')) + length(translate(typed, s.stem, '')) AS far, 0 AS voters
            FROM unnest(stems) s (stem) WHERE by_stem
            UNION ALL
            SELECT w.word, length(translate(w.begun, typed, '')) + length(translate(typed, w.begun, '')), w.voters FROM (
                SELECT v.word, v.voters, CASE WHEN finished THEN v.word ELSE left(v.word, length(typed)) END AS begun
                FROM unnest(stems) s (stem)
                CROSS JOIN LATERAL (  -- ORDER BY and OFFSET keep it to a range of words for each stem
                    SELECT v.word, v.voters FROM search_vocabulary v WHERE v.word >= s.stem
                    AND v.word < CASE WHEN length(s.stem) = 6 THEN s.stem || U&'\+10FFFF' ELSE s.stem || U&'\0001' END
                    ORDER BY v.word OFFSET 0
                ) v
                WHERE NOT by_stem AND length(v.word) BETWEEN shortest AND longest
                OFFSET 0
            ) w
            UNION ALL
            SELECT v.word, 1, v.voters FROM search_vocabulary v WHERE v.sound = heard AND heard <> ''
            UNION ALL
            SELECT p.word, length(translate(p.word, typed, '')) + length(translate(typed, p.word, '')), 0
            FROM search_part p
            WHERE p.part = ending AND p.word >= left(typed, 1) AND p.word < left(typed, 1) || U&'\+10FFFF'
            AND length(p.word) BETWEEN length(typed) - 2 AND length(typed) + 2
        ) u WHERE u.word <> typed
        GROUP BY u.word ORDER BY min(u.far), max(u.voters) DESC, u.word COLLATE "C" LIMIT p_limit
    );
END $$;

CREATE OR REPLACE FUNCTION helpdesk.search_voters(
    p_probes jsonb, p_limit int, p_operator int, p_name text, p_academy text, p_department text,
    p_establishment text, p_corps text, p_state text, p_now timestamptz, OUT role text, OUT voters text
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_bitmapscan = off SET max_parallel_workers_per_gather = 0 SET jit = off SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    most_similar CONSTANT int := 40;
    most_checked int;
    most_scanned CONSTANT int := 2500;
    -- keys that a filter is still tried on: each is a look at a voter, for an establishment at two rows
    most_tested int := CASE WHEN p_establishment <> '' THEN 2500 ELSE 4000 END;
    least_tested CONSTANT int := 400;
    most_read CONSTANT int := 40000;  -- keys of which those within a scope are taken
    most_read_of_each CONSTANT int := 2000;
    most_among CONSTANT int := 2000;
    most_common CONSTANT int := 3000;
    most_parts CONSTANT int := 800;
    most_parts_checked CONSTANT int := 2500;
    most_near CONSTANT int := 300;
    most_near_in_all CONSTANT int := 800;
    v_end CONSTANT text := U&'\+10FFFF';
    narrow boolean := p_establishment <> '' OR p_corps <> '' OR p_state <> '';
    who int;
    hidden text;
    is_scoped boolean;
    places smallint[];
    academies text[];
    few int[];
    ids int[] := '{}';
    fresh int[];
    exact int := 0;
    total int := 0;
    enough int;
    wanted int;
    probe jsonb;
    known_likes jsonb := '{}';  -- of each word, as far as two are looked for at once
    kind text; low text; high text; c1 text; c2 text; c3 text; after_ text; within text;
    like_words text[]; other_words text[]; part_words text[]; common text[];
    is_ending boolean;
    limited boolean;
    near smallint[];
    of_academy text;
    most_each int;
    is_similar boolean;
BEGIN
    IF helpdesk.session_kind() = 'desk' THEN
        SELECT o.id, o.role, CASE o.role WHEN 'administrator' THEN NULL ELSE o.voter_number END
        INTO who, search_voters.role, hidden
        FROM operator o WHERE o.folded = session_user AND o.disabled IS NULL AND o.id = p_operator AND o.name = p_name;
    ELSE
        SELECT o.id, o.role INTO who, search_voters.role
        FROM operator o WHERE o.id = p_operator AND o.name = p_name AND o.disabled IS NULL;
    END IF;
    IF role IS NULL OR role NOT IN ('agent', 'supervisor', 'administrator') THEN
        RETURN;
    END IF;
    is_scoped := EXISTS (SELECT FROM operator_scope o WHERE o.operator_id = who);
    IF is_scoped OR p_academy <> '' OR p_department <> '' THEN
        places := ARRAY(
            SELECT p.id FROM search_place p
            WHERE (p_academy = '' OR p.academy = p_academy) AND (p_department = '' OR p.department = p_department)
            AND (NOT is_scoped OR EXISTS (
                SELECT FROM operator_scope o WHERE o.operator_id = who
                AND ((o.kind = 'academy' AND o.value = p.academy) OR (o.kind = 'department' AND o.value = p.department))
            ))
        );
    END IF;
    IF p_establishment <> '' THEN
        few := ARRAY(
            SELECT v.id FROM establishment p JOIN voter v ON v.establishment_id = p.id
            WHERE p.code >= p_establishment AND p.code < p_establishment || v_end LIMIT most_among + 1
        );
    ELSIF p_state = 'locked' THEN
        few := ARRAY(SELECT a.voter_id FROM account a WHERE a.locked_until > p_now LIMIT most_among + 1);
    ELSIF p_state NOT IN ('', 'not_invited') THEN
        few := ARRAY(
            SELECT a.voter_id FROM account a WHERE a.state = p_state AND a.state <> 'not_invited' LIMIT most_among + 1
        );
    ELSIF p_corps <> '' AND places IS NULL THEN
        few := ARRAY(SELECT v.id FROM voter v WHERE v.corps = p_corps LIMIT most_among + 1);
    ELSIF p_corps <> '' THEN
        academies := ARRAY(SELECT DISTINCT q.academy FROM search_place q WHERE q.id = ANY (places));
        few := ARRAY(
            SELECT v.id FROM voter v WHERE v.corps = p_corps AND v.academy = ANY (academies) LIMIT most_among + 1
        );
    END IF;
    IF cardinality(few) > most_among THEN
        few := NULL;
    ELSIF few IS NOT NULL THEN
        few := ARRAY(
            SELECT v.id FROM unnest(few) f (id) JOIN voter v ON v.id = f.id
            WHERE (places IS NULL OR EXISTS (SELECT FROM search_place q
                WHERE q.academy = v.academy AND q.department = v.department AND q.id = ANY (places)))
            AND (p_corps = '' OR v.corps = p_corps)
            AND (p_establishment = '' OR EXISTS (
                SELECT FROM establishment p WHERE p.id = v.establishment_id AND starts_with(p.code, p_establishment)
            ))
            AND (p_state = '' OR EXISTS (
                SELECT FROM account a WHERE a.voter_id = v.id AND CASE p_state
                    WHEN 'locked' THEN a.locked_until > p_now
                    ELSE a.state = p_state AND (a.locked_until IS NULL OR a.locked_until <= p_now) END
            ))
        );
        IF cardinality(few) = 0 THEN
            RETURN;
        END IF;
    END IF;
    FOR probe IN SELECT * FROM jsonb_array_elements(p_probes) LOOP
        EXIT WHEN exact >= p_limit OR total - exact >= most_similar;
        kind := probe ->> 0;
        is_similar := (probe -> 5)::boolean;
        CONTINUE WHEN NOT is_similar AND (kind = 'among') = (few IS NULL);
        enough := CASE WHEN NOT is_similar THEN exact WHEN kind IN ('both_similar', 'near') AND exact = 0 THEN total
            WHEN kind IN ('both_similar', 'near') THEN most_similar ELSE exact END;
        CONTINUE WHEN enough >= (probe -> 4)::int;
        low := probe ->> 1;
        high := probe ->> 2;
        wanted := p_limit + total;
        IF kind = 'key' THEN
            fresh := ARRAY(
                SELECT k.voter_id FROM (
                    SELECT k.voter_id, k.place FROM search_key k WHERE k.key >= low AND k.key < high
                    ORDER BY k.key, k.voter_id, k.place LIMIT most_read
                ) k WHERE (places IS NULL OR k.place = ANY (places))
                LIMIT CASE WHEN narrow THEN most_tested ELSE wanted * 4 END
            );
        ELSIF kind = 'number' THEN
            fresh := ARRAY(
                SELECT r.voter_id FROM (
                    SELECT v.id AS voter_id, v.number, v.academy, v.department FROM voter v
                    WHERE v.number >= low AND v.number < high
                    ORDER BY v.number LIMIT CASE WHEN narrow OR places IS NOT NULL THEN most_tested ELSE wanted END
                ) r WHERE (places IS NULL OR EXISTS (SELECT FROM search_place q
                    WHERE q.academy = r.academy AND q.department = r.department AND q.id = ANY (places)))
                ORDER BY r.number LIMIT CASE WHEN narrow THEN most_tested ELSE wanted END
            );
        ELSIF kind = 'establishment' THEN
            fresh := ARRAY(
                SELECT r.voter_id FROM (
                    SELECT v.id AS voter_id, v.academy, v.department FROM (
                        SELECT p.id, p.code FROM establishment p WHERE p.code >= low AND p.code < high
                        ORDER BY p.code LIMIT most_tested
                    ) p CROSS JOIN LATERAL (
                        SELECT v.id, v.academy, v.department FROM voter v WHERE v.establishment_id = p.id ORDER BY v.id
                    ) v LIMIT CASE WHEN narrow OR places IS NOT NULL THEN most_tested ELSE wanted END
                ) r WHERE (places IS NULL OR EXISTS (SELECT FROM search_place q
                    WHERE q.academy = r.academy AND q.department = r.department AND q.id = ANY (places)))
                LIMIT CASE WHEN narrow THEN most_tested ELSE wanted END
            );
        ELSE
            c1 := coalesce(probe #>> '{3,0}', '');
            c2 := coalesce(probe #>> '{3,1}', '');
            c3 := coalesce(probe #>> '{3,2}', '');
            after_ := probe ->> 6;
            within := probe ->> 8;
            most_checked := CASE WHEN narrow THEN least(most_tested, 1500) ELSE (probe -> 10)::int END;
            CASE kind
            WHEN 'among' THEN
                fresh := ARRAY(
                    SELECT v.id FROM unnest(few) f (id) JOIN voter v ON v.id = f.id
                    JOIN establishment p ON p.id = v.establishment_id
                    WHERE high <> '' AND (starts_with(p.code, high) OR starts_with(v.number, high))
                    ORDER BY p.code, v.number LIMIT wanted
                ) || ARRAY(
                    SELECT e.voter_id FROM unnest(few) f (id) JOIN search_entry e ON e.voter_id = f.id
                    WHERE low <> '' AND strpos(e.text, low) > 0
                    OR c1 <> '' AND strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                    ORDER BY strpos(e.text, c1), e.voter_id LIMIT wanted
                );
            WHEN 'checked_key' THEN
                fresh := ARRAY(
                    SELECT r.voter_id FROM (
                        SELECT k.voter_id, k.key FROM (
                            SELECT k.voter_id, k.key, k.place FROM search_key k WHERE k.key >= low AND k.key < high
                            ORDER BY k.key, k.voter_id, k.place LIMIT most_read
                        ) k WHERE (places IS NULL OR k.place = ANY (places)) LIMIT most_scanned
                    ) r WHERE strpos(r.key, c1) > 0 LIMIT CASE WHEN narrow THEN most_tested ELSE wanted * 4 END
                );
            WHEN 'checked' THEN
                fresh := ARRAY(
                    SELECT r.voter_id FROM (
                        SELECT q.voter_id FROM (
                            SELECT k.voter_id, k.key FROM (
                                SELECT k.voter_id, k.key, k.place FROM search_key k
                                WHERE k.key >= low AND k.key < high
                                ORDER BY k.key, k.voter_id, k.place LIMIT most_read
                            ) k WHERE (places IS NULL OR k.place = ANY (places))
                            LIMIT CASE WHEN within = '' THEN most_checked ELSE most_scanned END
                        ) q WHERE within = '' OR (strpos(q.key, within) > 0 AND right(q.key, length(within)) = within)
                        LIMIT most_checked
                    ) r WHERE EXISTS (
                        SELECT FROM search_entry e WHERE e.voter_id = r.voter_id
                        AND strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                    ) LIMIT CASE WHEN narrow THEN most_tested ELSE wanted * 2 END
                );
            WHEN 'keys' THEN
                fresh := ARRAY(
                    SELECT k.voter_id FROM (
                        SELECT l.given ->> 0 AS begun, l.given ->> 1 AS one, l.given ->> 2 AS two, l.given ->> 3 AS three
                        FROM jsonb_array_elements(probe -> 9) l (given) OFFSET 0
                    ) l
                    CROSS JOIN LATERAL (
                        SELECT k.voter_id FROM (
                            SELECT k.voter_id, k.place FROM search_key k
                            WHERE k.key >= l.begun AND k.key < l.begun || v_end
                            ORDER BY k.key, k.voter_id, k.place LIMIT most_read_of_each
                        ) k WHERE (places IS NULL OR k.place = ANY (places)) LIMIT CASE WHEN narrow THEN 200 ELSE 20 END
                    ) k
                    WHERE (l.one = '' OR EXISTS (
                        SELECT FROM search_entry e WHERE e.voter_id = k.voter_id
                        AND strpos(e.text, l.one) > 0 AND strpos(e.text, l.two) > 0
                        AND strpos(e.text, l.three) > 0
                    )) LIMIT CASE WHEN narrow THEN most_tested ELSE wanted END
                );
            WHEN 'part' THEN
                is_ending := high = low || U&'\0001';
                near := NULL;
                of_academy := coalesce(probe ->> 11, '');
                IF of_academy <> '' THEN
                    near := ARRAY(
                        SELECT p.id FROM search_place p WHERE starts_with(regexp_replace(
                            translate(lower(p.academy), 'àâäçéèêëîïôöùûü ''’', 'aaaceeeeiioouuu---'), '^(la|le)-', ''
                        ) || '.fr', of_academy)
                    );
                END IF;
                limited := near IS NOT NULL OR places IS NOT NULL;
                -- of many words, most voters' first, some voters each: all of a given name's would leave none of a last name
                part_words := CASE WHEN length(low) >= 3 THEN ARRAY(
                    SELECT p.word FROM (
                        SELECT p.word FROM search_part p WHERE p.part >= low AND p.part < high
                        ORDER BY p.part, p.word LIMIT most_parts
                    ) p ORDER BY (SELECT v.voters FROM search_vocabulary v WHERE v.word = p.word) DESC, p.word
                ) ELSE '{}' END;
                IF length(low) < 3 OR cardinality(part_words) >= most_parts THEN
                    common := ARRAY(
                        SELECT v.word FROM (
                            SELECT v.word FROM search_vocabulary v ORDER BY v.voters DESC, v.word DESC LIMIT most_common
                        ) v WHERE CASE WHEN is_ending THEN right(v.word, length(low)) = low AND v.word <> low
                            ELSE strpos(substr(v.word, 2), low) > 0 END
                        LIMIT 160
                    );
                    part_words := common || ARRAY(SELECT w.word FROM unnest(part_words) w (word) WHERE w.word <> ALL (common));
                END IF;
                most_each := greatest(
                    CASE WHEN limited THEN 200 ELSE 100 END, most_parts_checked / greatest(least(cardinality(part_words), 160), 1)
                );
                fresh := ARRAY(
                    SELECT r.voter_id FROM (
                        SELECT w.word, w.n, CASE WHEN after_ = ' ' THEN w.reads ELSE most_read_of_each END AS reads FROM (
                            SELECT w.word, w.n, w.reads, sum(w.reads) OVER (ORDER BY w.n) - w.reads AS before FROM (
                                SELECT w.word, w.n, least(
                                    2 * (SELECT v.voters FROM search_vocabulary v WHERE v.word = w.word),
                                    CASE WHEN limited THEN most_read_of_each ELSE most_each END
                                ) AS reads
                                FROM unnest(part_words[:160]) WITH ORDINALITY w (word, n) OFFSET 0
                            ) w
                        ) w WHERE after_ <> ' ' OR w.before < CASE WHEN limited THEN most_read ELSE most_parts_checked END
                        ORDER BY w.n
                    ) w CROSS JOIN LATERAL (
                        SELECT k.voter_id FROM (
                            SELECT k.voter_id, k.place FROM search_key k
                            WHERE k.key >= w.word || after_ AND k.key < w.word || after_ || v_end
                            ORDER BY k.key, k.voter_id, k.place LIMIT w.reads
                        ) k WHERE (places IS NULL OR k.place = ANY (places)) AND (near IS NULL OR k.place = ANY (near))
                        LIMIT most_each
                    ) r WHERE (c1 = '' OR EXISTS (
                        SELECT FROM search_entry e WHERE e.voter_id = r.voter_id
                        AND strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                    )) LIMIT CASE WHEN narrow THEN most_tested ELSE wanted * 2 END
                );
            WHEN 'similar' THEN
                like_words := helpdesk.search_likes(probe #> '{7,0}', 24);
                known_likes := known_likes || jsonb_build_object(probe #>> '{7,0,0}', to_jsonb(like_words[:16]));
                fresh := ARRAY(
                    SELECT r.voter_id FROM (
                        SELECT k.voter_id, l.one, l.two FROM unnest(like_words) w (word)
                        CROSS JOIN LATERAL (  -- for each word
                            SELECT l.given ->> 0 AS before, l.given ->> 1 AS behind, l.given ->> 2 AS one, l.given ->> 3 AS two
                            FROM jsonb_array_elements(probe -> 9) l (given) WHERE w.word IS NOT NULL OFFSET 0
                        ) l
                        CROSS JOIN LATERAL (
                            SELECT k.voter_id FROM (
                                SELECT k.voter_id, k.place FROM search_key k
                                WHERE k.key >= l.before || w.word || l.behind
                                AND k.key < l.before || w.word || l.behind || v_end
                                ORDER BY k.key, k.voter_id, k.place LIMIT most_read_of_each
                            ) k WHERE (places IS NULL OR k.place = ANY (places))
                            LIMIT CASE WHEN l.one = '' AND NOT narrow THEN 20 ELSE 200 END
                        ) k LIMIT most_checked
                    ) r WHERE (r.one = '' OR EXISTS (
                        SELECT FROM search_entry e WHERE e.voter_id = r.voter_id
                        AND strpos(e.text, r.one) > 0 AND strpos(e.text, r.two) > 0
                    )) LIMIT CASE WHEN narrow THEN most_tested ELSE most_similar * 4 END
                );
            WHEN 'both_similar' THEN
                like_words := ARRAY(SELECT jsonb_array_elements_text(known_likes -> (probe #>> '{7,0,0}')));
                other_words := ARRAY(SELECT jsonb_array_elements_text(known_likes -> (probe #>> '{7,1,0}')));
                fresh := ARRAY(
                    SELECT k.voter_id FROM unnest(like_words) a (word) CROSS JOIN unnest(other_words) b (word)
                    CROSS JOIN LATERAL (
                        SELECT k.voter_id FROM (
                            SELECT k.voter_id, k.place FROM search_key k
                            WHERE k.key >= a.word || ' ' || b.word AND k.key < a.word || ' ' || b.word || v_end
                            ORDER BY k.key, k.voter_id, k.place LIMIT most_read_of_each
                        ) k WHERE (places IS NULL OR k.place = ANY (places)) LIMIT CASE WHEN narrow THEN 200 ELSE 20 END
                    ) k LIMIT CASE WHEN narrow THEN most_tested ELSE most_similar * 2 END
                );
            WHEN 'near' THEN
                fresh := ARRAY(
                    SELECT c.voter_id FROM (
                        SELECT r.voter_id, r.word,
                            length(translate(r.begun, r.typed, '')) + length(translate(r.typed, r.begun, '')) AS apart
                        FROM (
                            SELECT q.voter_id, q.typed, q.word, left(q.word, q.compared) AS begun
                            FROM (
                                SELECT k.voter_id, split_part(k.key, ' ', 2) AS word, l.typed, l.compared
                                FROM (
                                    SELECT l.given ->> 0 AS low, l.given ->> 1 AS typed, (l.given ->> 2)::int AS compared
                                    FROM jsonb_array_elements(probe -> 9) l (given) OFFSET 0
                                ) l
                                CROSS JOIN LATERAL (
                                    SELECT k.voter_id, k.key FROM (
                                        SELECT k.voter_id, k.key, k.place FROM search_key k
                                        WHERE k.key >= l.low AND k.key < l.low || v_end
                                        ORDER BY k.key, k.voter_id, k.place LIMIT most_read_of_each
                                    ) k WHERE (places IS NULL OR k.place = ANY (places)) LIMIT most_near
                                ) k LIMIT most_near_in_all
                            ) q
                            OFFSET 0
                        ) r WHERE length(r.begun) BETWEEN length(r.typed) - 2 AND length(r.typed) + 2
                        OFFSET 0
                    ) c WHERE c.apart <= 4
                    ORDER BY c.apart, c.word, c.voter_id LIMIT CASE WHEN narrow THEN most_near_in_all ELSE most_similar END
                );
            END CASE;
        END IF;
        IF narrow AND kind <> 'among' AND cardinality(fresh) > 0 THEN
            most_tested := greatest(least_tested, most_tested - cardinality(fresh));
            fresh := ARRAY(
                SELECT f.id FROM unnest(fresh) WITH ORDINALITY f (id, n)
                WHERE (p_corps = '' OR EXISTS (SELECT FROM voter v WHERE v.id = f.id AND v.corps = p_corps))
                AND (p_establishment = '' OR EXISTS (
                    SELECT FROM voter v JOIN establishment p ON p.id = v.establishment_id
                    WHERE v.id = f.id AND starts_with(p.code, p_establishment)
                ))
                AND (p_state = '' OR EXISTS (
                    SELECT FROM account a WHERE a.voter_id = f.id AND CASE p_state
                        WHEN 'locked' THEN a.locked_until > p_now
                        ELSE a.state = p_state AND (a.locked_until IS NULL OR a.locked_until <= p_now) END
                ))
                LIMIT wanted * 4
            );
        END IF;
        IF cardinality(fresh) > 0 THEN
            ids := ARRAY(
                SELECT u.id FROM (
                    SELECT u.id, min(u.n) AS n FROM unnest(ids || fresh) WITH ORDINALITY u (id, n) GROUP BY u.id
                ) u ORDER BY u.n LIMIT CASE WHEN is_similar THEN exact + most_similar ELSE p_limit END
            );
            total := cardinality(ids);
            exact := CASE WHEN is_similar THEN exact ELSE total END;
        END IF;
    END LOOP;
    voters := (
        SELECT string_agg(
            concat_ws(
                U&'\001F', CASE WHEN f.n > exact THEN '~' ELSE '' END, e.voter_id, e.state,
                coalesce(to_char(e.locked_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), ''), e.shown, e.text
            ), U&'\001E' ORDER BY f.n
        )
        FROM unnest(ids) WITH ORDINALITY f (id, n)
        JOIN search_entry e ON e.voter_id = f.id
        WHERE hidden IS NULL OR split_part(e.shown, U&'\001F', 1) <> hidden
    );
END $$;
