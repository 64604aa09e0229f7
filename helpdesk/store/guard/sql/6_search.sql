-- The search of `helpdesk.store.search`: works through the probes of a plan (plan.py tells what each is) in one call.
-- It runs as the owner, since nobody at a desk may read the index, and shows what the caller may see: an operator's
-- own login is limited to its scope, without the login's own record, whatever the arguments say. Only sessions that
-- may see everything (owner) name the operator whose scope holds.

CREATE OR REPLACE FUNCTION helpdesk.search_lets_through(
    p_voter int, p_establishment text, p_corps text, p_state text, p_now timestamptz
) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM voter v
        JOIN establishment p ON p.id = v.establishment_id
        JOIN account a ON a.voter_id = v.id
        WHERE v.id = p_voter AND starts_with(p.code, p_establishment)
        AND (p_corps = '' OR v.corps = p_corps)
        AND CASE p_state
            WHEN '' THEN true
            WHEN 'locked' THEN a.locked_until > p_now
            ELSE a.state = p_state AND (a.locked_until IS NULL OR a.locked_until <= p_now)
        END
    )
$$;

CREATE OR REPLACE FUNCTION helpdesk.search_likes(p_like jsonb, p_limit int) RETURNS TABLE (word text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.word FROM (
        SELECT v.word, 0 AS far, v.voters
        FROM jsonb_each_text(p_like -> 1) t
        JOIN search_slip s ON s.slip = t.key AND (s.place = 0 OR t.value = '0' OR abs(s.place - t.value::int) <= 1)
        JOIN search_vocabulary v ON v.word >= s.stem AND v.word < s.stem || U&'\+10FFFF'
        WHERE length(v.word) BETWEEN (p_like -> 4)::int AND (p_like -> 5)::int
        AND (NOT (p_like -> 6)::boolean OR length(s.stem) = 6 OR v.word = s.stem)
        UNION ALL
        SELECT v.word, 1, v.voters FROM search_vocabulary v WHERE v.sound = p_like ->> 2 AND v.sound <> ''
        UNION ALL
        SELECT v.word, 2, v.voters FROM search_part p JOIN search_vocabulary v ON v.word = p.word
        WHERE p.part = p_like ->> 3 AND left(v.word, 1) = left(p_like ->> 0, 1)
        AND length(v.word) BETWEEN length(p_like ->> 0) - 2 AND length(p_like ->> 0) + 2
    ) u WHERE u.word <> p_like ->> 0
    GROUP BY u.word ORDER BY min(u.far), max(u.voters) DESC, u.word COLLATE "C" LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION helpdesk.search_voters(
    p_probes jsonb, p_limit int, p_operator int, p_academy text, p_department text,
    p_establishment text, p_corps text, p_state text, p_now timestamptz
) RETURNS TABLE (
    id int, alike boolean, number text, first_name text, family_name text, usage_name text,
    code text, name text, state text, locked_until timestamptz, addresses text
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    most_similar CONSTANT int := 240;
    most_checked CONSTANT int := 3000;
    most_scanned CONSTANT int := 10000;
    v_end CONSTANT text := U&'\+10FFFF';
    narrow boolean := p_establishment <> '' OR p_corps <> '' OR p_state <> '';
    who int := p_operator;
    hidden text;
    places smallint[];
    found_ids int[] := '{}';
    found_similar boolean[] := '{}';
    exact int := 0;
    total int := 0;
    probe jsonb;
    kind text; low text; high text; c1 text; c2 text; c3 text; before_ text; after_ text; within text;
    below int; is_similar boolean; wanted int;
    one jsonb; two jsonb;
    v_id int;
    fresh int[];
BEGIN
    IF helpdesk.session_kind() = 'desk' THEN
        IF NOT helpdesk.serves_voters() THEN
            RETURN;
        END IF;
        who := helpdesk.operator_id();
        hidden := helpdesk.own_record();
    END IF;
    IF p_academy <> '' OR p_department <> '' OR EXISTS (SELECT FROM operator_scope o WHERE o.operator_id = who) THEN
        places := ARRAY(
            SELECT p.id FROM search_place p
            WHERE (p_academy = '' OR p.academy = p_academy) AND (p_department = '' OR p.department = p_department)
            AND (NOT EXISTS (SELECT FROM operator_scope o WHERE o.operator_id = who) OR EXISTS (
                SELECT FROM operator_scope o WHERE o.operator_id = who
                AND ((o.kind = 'academy' AND o.value = p.academy) OR (o.kind = 'department' AND o.value = p.department))
            ))
        );
    END IF;
    FOR probe IN SELECT * FROM jsonb_array_elements(p_probes) LOOP
        kind := probe ->> 0;
        below := (probe -> 4)::int;
        is_similar := (probe -> 5)::boolean;
        CONTINUE WHEN NOT is_similar AND (exact >= p_limit OR exact >= below);
        CONTINUE WHEN is_similar AND (total >= most_similar OR (CASE kind WHEN 'both_similar' THEN total ELSE exact END) >= below);
        low := probe ->> 1;
        high := probe ->> 2;
        c1 := coalesce(probe #>> '{3,0}', '');
        c2 := coalesce(probe #>> '{3,1}', '');
        c3 := coalesce(probe #>> '{3,2}', '');
        before_ := probe ->> 6;
        after_ := probe ->> 7;
        within := coalesce(probe ->> 9, '');
        wanted := p_limit + total;
        CASE kind
        WHEN 'key' THEN
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT r.voter_id, row_number() OVER () AS n FROM (
                            SELECT k.voter_id FROM search_key k WHERE k.key >= low AND k.key < high
                            AND (places IS NULL OR k.place = ANY (places))
                            AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                            ORDER BY k.key, k.voter_id, k.place LIMIT wanted * 4
                        ) r
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT wanted
            );
        WHEN 'checked_key' THEN
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT r.voter_id, r.key, row_number() OVER () AS n FROM (
                            SELECT k.voter_id, k.key FROM search_key k WHERE k.key >= low AND k.key < high
                            AND (places IS NULL OR k.place = ANY (places))
                            AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                            ORDER BY k.key, k.voter_id, k.place LIMIT most_scanned
                        ) r WHERE strpos(r.key, c1) > 0 LIMIT wanted * 4
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT wanted
            );
        WHEN 'checked' THEN
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT r.voter_id, r.n FROM (
                            SELECT q.voter_id, row_number() OVER () AS n FROM (
                                SELECT k.voter_id, k.key FROM search_key k WHERE k.key >= low AND k.key < high
                                AND (places IS NULL OR k.place = ANY (places))
                                AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                                ORDER BY k.key, k.voter_id, k.place LIMIT CASE within WHEN '' THEN most_checked ELSE most_scanned END
                            ) q WHERE within = '' OR strpos(q.key, within) > 0 LIMIT most_checked
                        ) r JOIN search_entry e ON e.voter_id = r.voter_id
                        WHERE strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                        LIMIT wanted * 4
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT wanted
            );
        WHEN 'number' THEN
            fresh := ARRAY(
                SELECT v.id FROM voter v
                WHERE v.number >= low AND v.number < high
                AND (places IS NULL OR EXISTS (SELECT FROM search_place q
                    WHERE q.academy = v.academy AND q.department = v.department AND q.id = ANY (places)))
                AND (NOT narrow OR helpdesk.search_lets_through(v.id, p_establishment, p_corps, p_state, p_now))
                ORDER BY v.number LIMIT wanted
            );
        WHEN 'establishment' THEN
            fresh := ARRAY(
                SELECT v.id FROM (
                    SELECT p.id, p.code FROM establishment p WHERE p.code >= low AND p.code < high
                    ORDER BY p.code LIMIT most_checked
                ) p CROSS JOIN LATERAL (
                    SELECT v.id FROM voter v WHERE v.establishment_id = p.id
                    AND (places IS NULL OR EXISTS (SELECT FROM search_place q
                        WHERE q.academy = v.academy AND q.department = v.department AND q.id = ANY (places)))
                    AND (NOT narrow OR helpdesk.search_lets_through(v.id, p_establishment, p_corps, p_state, p_now))
                    ORDER BY v.id
                ) v LIMIT wanted
            );
        WHEN 'part' THEN
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT r.voter_id, r.n FROM (
                            SELECT q.voter_id, row_number() OVER () AS n FROM (
                                SELECT k.voter_id FROM (
                                    SELECT v.word FROM search_part p JOIN search_vocabulary v ON v.word = p.word
                                    WHERE p.part >= low AND p.part < high ORDER BY v.voters DESC, v.word LIMIT 240
                                ) w CROSS JOIN LATERAL (
                                    SELECT k.voter_id FROM search_key k
                                    WHERE k.key >= w.word || after_ AND k.key < w.word || after_ || v_end
                                    AND (places IS NULL OR k.place = ANY (places))
                                    AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                                    ORDER BY k.key, k.voter_id, k.place
                                ) k LIMIT most_checked
                            ) q
                        ) r JOIN search_entry e ON e.voter_id = r.voter_id
                        WHERE strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                        LIMIT wanted * 4
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT wanted
            );
        WHEN 'similar' THEN
            one := probe #> '{8,0}';
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT r.voter_id, r.n FROM (
                            SELECT q.voter_id, row_number() OVER () AS n FROM (
                                SELECT k.voter_id FROM helpdesk.search_likes(one, 60) w CROSS JOIN LATERAL (
                                    SELECT k.voter_id FROM search_key k
                                    WHERE k.key >= before_ || w.word || after_
                                    AND k.key < before_ || w.word || after_ || v_end
                                    AND (places IS NULL OR k.place = ANY (places))
                                    AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                                    ORDER BY k.key, k.voter_id, k.place LIMIT 20
                                ) k LIMIT most_checked
                            ) q
                        ) r WHERE c1 = '' OR EXISTS (
                            SELECT FROM search_entry e WHERE e.voter_id = r.voter_id
                            AND strpos(e.text, c1) > 0 AND strpos(e.text, c2) > 0 AND strpos(e.text, c3) > 0
                        )
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT most_similar
            );
        WHEN 'both_similar' THEN
            one := probe #> '{8,0}';
            two := probe #> '{8,1}';
            fresh := ARRAY(
                SELECT d.voter_id FROM (
                    SELECT k.voter_id, min(k.n) AS n FROM (
                        SELECT k.voter_id, row_number() OVER () AS n
                        FROM helpdesk.search_likes(one, 24) a CROSS JOIN helpdesk.search_likes(two, 24) b CROSS JOIN LATERAL (
                            SELECT k.voter_id FROM search_key k
                            WHERE k.key >= a.word || ' ' || b.word AND k.key < a.word || ' ' || b.word || v_end
                            AND (places IS NULL OR k.place = ANY (places))
                            AND (NOT narrow OR helpdesk.search_lets_through(k.voter_id, p_establishment, p_corps, p_state, p_now))
                            ORDER BY k.key, k.voter_id, k.place
                        ) k LIMIT most_similar * 4
                    ) k GROUP BY k.voter_id
                ) d ORDER BY d.n LIMIT most_similar
            );
        END CASE;
        FOREACH v_id IN ARRAY fresh LOOP
            CONTINUE WHEN v_id = ANY (found_ids);
            found_ids := found_ids || v_id;
            found_similar := found_similar || is_similar;
            total := total + 1;
            IF NOT is_similar THEN
                exact := exact + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN QUERY
        SELECT v.id, f.alike, v.number, v.first_name, v.family_name, v.usage_name, p.code, p.name, a.state, a.locked_until,
            (SELECT string_agg(CASE WHEN d.tied THEN '*' || d.address ELSE d.address END, ' ')
                FROM address d WHERE d.voter_id = v.id)
        FROM unnest(found_ids, found_similar) WITH ORDINALITY f (id, alike, n)
        JOIN voter v ON v.id = f.id
        JOIN establishment p ON p.id = v.establishment_id
        JOIN account a ON a.voter_id = v.id
        WHERE v.number IS DISTINCT FROM hidden
        ORDER BY f.n;
END $$;
