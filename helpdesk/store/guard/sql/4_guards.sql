-- What may follow what, judged for each row that an operator's login changes; mailer and portal are limited by their
-- columns, the owner by nothing. The services check all this first and say it in words: these are the second lock.

CREATE OR REPLACE FUNCTION helpdesk.in_phase(p_before_opening boolean, p_vote boolean) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT CASE
            WHEN helpdesk.now() < portal_opens THEN p_before_opening
            WHEN helpdesk.now() < vote_opens THEN true
            WHEN helpdesk.now() < vote_closes THEN p_vote
            ELSE false
        END FROM election), false)
$$;

-- Roll, addresses and enrolments are frozen from vote opening to close (facts.md rule 9).
CREATE OR REPLACE FUNCTION helpdesk.roll_is_frozen() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT helpdesk.now() >= vote_opens AND helpdesk.now() < vote_closes FROM election), false)
$$;

CREATE OR REPLACE FUNCTION helpdesk.caller_is_verified(p_voter_id integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM verification WHERE operator_id = helpdesk.operator_id() AND voter_id = p_voter_id
        AND matched AND expires > helpdesk.now() AND at <= helpdesk.now())
$$;

CREATE OR REPLACE FUNCTION helpdesk.judge(p_voter_id integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT helpdesk.serves_voters() THEN
        PERFORM helpdesk.refuse('this role does not act for voters');
    END IF;
    IF NOT helpdesk.may_act_on(p_voter_id) THEN
        PERFORM helpdesk.refuse('this voter is out of reach');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() <> 'desk' OR TG_OP <> 'UPDATE' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF NEW.link_generation NOT IN (OLD.link_generation, OLD.link_generation + 1) THEN
        PERFORM helpdesk.refuse('a link generation follows the one before');
    END IF;
    IF NOT helpdesk.administers() OR NEW.state <> OLD.state THEN  -- a roll changes links of any voter, states of none
        PERFORM helpdesk.judge(NEW.voter_id);
    END IF;
    IF NEW.state = 'challenge_reset' AND OLD.state = 'active' THEN
        IF NEW.answer_hash IS NOT NULL OR NEW.challenge_question_id IS NOT NULL THEN
            PERFORM helpdesk.refuse('nobody at the desk sets an answer');
        END IF;
        IF NOT helpdesk.caller_is_verified(NEW.voter_id) THEN
            PERFORM helpdesk.refuse('the caller is not verified');
        END IF;
        IF NOT helpdesk.in_phase(false, true) THEN
            PERFORM helpdesk.refuse('the calendar does not allow this now');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND NOT (NEW.state = 'invited' AND OLD.state IN ('not_invited', 'link_opened')) THEN
        PERFORM helpdesk.refuse('an account has no such step');
    END IF;
    IF NEW.state <> OLD.state AND NOT helpdesk.in_phase(false, true) THEN
        PERFORM helpdesk.refuse('the calendar does not allow this now');
    END IF;
    IF NEW.answer_hash IS DISTINCT FROM OLD.answer_hash OR NEW.failed_answers <> OLD.failed_answers
       OR NEW.challenge_question_id IS DISTINCT FROM OLD.challenge_question_id THEN
        PERFORM helpdesk.refuse('question and answer are the voter''s');
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    generation_now integer;
    carries_link boolean;
BEGIN
    IF helpdesk.session_kind() <> 'desk' OR TG_OP = 'DELETE' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT link_generation INTO generation_now FROM account WHERE voter_id = NEW.voter_id;
    IF TG_OP = 'UPDATE' AND OLD.fate = 'failed_temporarily' AND NEW.fate = OLD.fate THEN
        IF NEW.next_attempt_at > OLD.next_attempt_at OR NEW.answer_code <> OLD.answer_code THEN
            PERFORM helpdesk.refuse('a retry can come sooner and nothing else');
        END IF;
        PERFORM helpdesk.judge(NEW.voter_id);
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.fate IN ('queued', 'failed_temporarily') AND NEW.fate = 'expired'
       AND NEW.answer_code = 'cancelled' AND OLD.kind IN ('activation', 'password', 'question') THEN
        IF OLD.campaign_id IS NULL OR NOT helpdesk.supervises() THEN
            PERFORM helpdesk.judge(NEW.voter_id);
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.priority <> OLD.priority THEN
        IF OLD.campaign_id IS NULL OR NEW.fate <> OLD.fate OR NEW.next_attempt_at <> OLD.next_attempt_at
           OR NEW.priority NOT IN (1, 2) OR NOT helpdesk.supervises() THEN
            PERFORM helpdesk.refuse('campaigns are held and released by supervisors');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.next_attempt_at <> OLD.next_attempt_at THEN
            PERFORM helpdesk.refuse('only the mailer says when a mail goes');
        END IF;
        IF NOT (NEW.fate = 'expired' AND NEW.answer_code = 'superseded'
                AND OLD.fate IN ('queued', 'sending', 'failed_temporarily')) THEN
            PERFORM helpdesk.refuse('only the mailer knows what became of a mail');
        END IF;
        IF OLD.generation >= generation_now THEN
            PERFORM helpdesk.refuse('a mail is replaced by a newer one only');
        END IF;
        RETURN NEW;
    END IF;
    IF NOT helpdesk.administers() THEN
        PERFORM helpdesk.judge(NEW.voter_id);
    END IF;
    carries_link := NEW.kind IN ('activation', 'password', 'question');
    IF NOT EXISTS (SELECT 1 FROM address WHERE voter_id = NEW.voter_id AND address = NEW.to_address
                   AND (tied OR NOT carries_link))
       AND (carries_link OR NOT helpdesk.administers()) THEN  -- a roll tells addresses that it took away
        PERFORM helpdesk.refuse('mails go to known addresses, links to the tied one');
    END IF;
    IF NEW.generation <> generation_now THEN
        PERFORM helpdesk.refuse('a mail carries the newest link');
    END IF;
    PERFORM helpdesk.checked_time(NEW.queued_at);
    IF carries_link AND NOT helpdesk.administers() THEN
        IF NOT helpdesk.in_phase(false, true) THEN
            PERFORM helpdesk.refuse('the calendar does not allow this now');
        END IF;
        IF helpdesk.operator_role() = 'agent' AND NOT EXISTS (
                SELECT 1 FROM account WHERE voter_id = NEW.voter_id AND state = 'challenge_reset') AND (
                SELECT count(*) FROM outbox WHERE voter_id = NEW.voter_id
                AND kind IN ('activation', 'password', 'question') AND queued_at > helpdesk.now() - interval '1 hour'
                AND queued_at <= helpdesk.now() + interval '5 minutes'
                AND NOT (answer_code = 'superseded' AND attempts = 0)) >= {resends_per_hour} THEN
            PERFORM helpdesk.refuse('this voter has had the mails that an hour allows');
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() = 'desk' AND TG_OP = 'UPDATE' THEN
        IF OLD.replaced IS NOT NULL OR OLD.used IS NOT NULL OR NEW.replaced IS NULL
           OR OLD.generation >= (SELECT link_generation FROM account WHERE voter_id = NEW.voter_id) THEN
            PERFORM helpdesk.refuse('a link is replaced by a newer one only');
        END IF;
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_portal_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() = 'desk' AND TG_OP = 'UPDATE' AND (OLD.ended IS NOT NULL OR NEW.ended IS NULL) THEN
        PERFORM helpdesk.refuse('a session that ended stays ended');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

-- Voters and enrolments: an administrator's roll, outside the vote.
CREATE OR REPLACE FUNCTION helpdesk.guard_roll() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() = 'desk' AND helpdesk.roll_is_frozen() THEN
        PERFORM helpdesk.refuse('the roll is frozen during the vote');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

-- Addresses: an administrator's roll, or what two people agreed on in this very transaction.
CREATE OR REPLACE FUNCTION helpdesk.guard_address() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    owner_id integer := coalesce(NEW.voter_id, OLD.voter_id);
    bounce_count_only boolean := TG_OP = 'UPDATE' AND NEW.tied = OLD.tied AND NEW.source = OLD.source;
BEGIN
    IF helpdesk.session_kind() <> 'desk' OR bounce_count_only AND NEW.folded = OLD.folded THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF helpdesk.roll_is_frozen() THEN
        PERFORM helpdesk.refuse('addresses are frozen during the vote');
    END IF;
    IF helpdesk.administers() AND (TG_OP = 'DELETE' OR NEW.source = 'roll' OR TG_OP = 'UPDATE' AND NEW.source = OLD.source)
    THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    PERFORM helpdesk.judge(owner_id);
    IF NOT EXISTS (
            SELECT 1 FROM approval WHERE voter_id = owner_id AND approved AND decided_by = helpdesk.operator_id()
            AND requested_by <> decided_by AND approval.xmin = pg_current_xact_id()::xid
            AND (TG_OP = 'UPDATE' AND NOT NEW.tied OR lower(approval.address) = lower(NEW.address))) THEN
        PERFORM helpdesk.refuse('an address changes by the roll, or by an approval of two people');
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- no login may delete a request: it goes when its voter does
    IF helpdesk.session_kind() <> 'desk' OR TG_OP = 'DELETE' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    PERFORM helpdesk.judge(NEW.voter_id);
    IF TG_OP = 'INSERT' THEN
        IF NEW.requested_by <> helpdesk.operator_id() THEN
            PERFORM helpdesk.refuse('a request is signed by who makes it');
        END IF;
        IF NOT helpdesk.caller_is_verified(NEW.voter_id) THEN
            PERFORM helpdesk.refuse('the caller is not verified');
        END IF;
    ELSIF OLD.decided_by IS NOT NULL OR NEW.decided_by <> helpdesk.operator_id()
          OR OLD.requested_by = helpdesk.operator_id() OR OLD.expires <= helpdesk.now() THEN
        PERFORM helpdesk.refuse('a request is decided once, in time, by another person');
    ELSIF NOT helpdesk.decides() THEN
        PERFORM helpdesk.refuse('this role does not decide on addresses');
    END IF;
    RETURN NEW;
END
$$;

-- A caller's check: the comparison is made here, on what is stored, and so is its record. `p_claims` holds for each
-- attribute the spellings that the client would take for what was said (dates: YYYY-MM-DD); four at most.
CREATE OR REPLACE FUNCTION helpdesk.verify_caller(
    p_voter_id integer, p_at timestamptz, p_expires timestamptz, p_claims jsonb
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me integer := helpdesk.operator_id();
    known jsonb;
    fits boolean;
BEGIN
    IF helpdesk.session_kind() <> 'desk' OR me IS NULL THEN
        PERFORM helpdesk.refuse('only operators verify callers');
    END IF;
    PERFORM helpdesk.judge(p_voter_id);
    PERFORM 1 FROM voter WHERE id = p_voter_id FOR UPDATE;
    p_at := helpdesk.checked_time(p_at);
    IF p_expires > p_at + make_interval(secs => {verification_seconds}) THEN
        PERFORM helpdesk.refuse('a verification does not last that long');
    END IF;
    IF (SELECT count(*) FROM jsonb_object_keys(p_claims)) < 2
       OR p_claims - '{birth_date,establishment,family_name,voter_number,corps}'::text[] <> '{}' THEN
        PERFORM helpdesk.refuse('a verification compares two attributes or more');
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_each(p_claims) AS claim
               WHERE jsonb_typeof(claim.value) <> 'array' OR jsonb_array_length(claim.value) > 4) THEN
        PERFORM helpdesk.refuse('a claim has four spellings at most');
    END IF;
    IF (SELECT count(*) FROM verification WHERE voter_id = p_voter_id AND NOT matched
            AND at > p_at - make_interval(secs => {verification_closed_seconds})
            AND at <= p_at + interval '5 minutes') >= {verification_failures} THEN
        PERFORM helpdesk.refuse('too many wrong answers for this voter');
    END IF;
    SELECT jsonb_build_object(
        'birth_date', to_char(voter.birth_date, 'YYYY-MM-DD'), 'establishment', establishment.code,
        'family_name', voter.family_name, 'voter_number', voter.number, 'corps', voter.corps)
    INTO known FROM voter JOIN establishment ON establishment.id = voter.establishment_id WHERE voter.id = p_voter_id;
    SELECT bool_and(coalesce(claim.value @> (known -> claim.key) AND known ->> claim.key IS NOT NULL, false))
    INTO fits FROM jsonb_each(p_claims) AS claim;
    INSERT INTO verification (operator_id, voter_id, at, matched, expires)
    VALUES (me, p_voter_id, p_at, fits, CASE WHEN fits THEN p_expires END);
    RETURN fits;
END
$$;

-- Campaigns and the wording of mails: supervisors and administrators.
CREATE OR REPLACE FUNCTION helpdesk.supervises() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(helpdesk.operator_role() IN ('supervisor', 'administrator'), false)
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_campaign() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() <> 'desk' OR TG_OP = 'DELETE' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF NOT helpdesk.supervises() THEN
        PERFORM helpdesk.refuse('this role writes to nobody in bulk');
    END IF;
    IF TG_OP = 'INSERT' AND NEW.created_by <> helpdesk.operator_id() THEN
        PERFORM helpdesk.refuse('a campaign is signed by who starts it');
    END IF;
    IF TG_OP = 'UPDATE' AND (
            OLD.state = 'stopped' OR NEW.last_voter_id < OLD.last_voter_id
            -- one that has queued everybody is still held or stopped while its mails wait, and continued
            OR OLD.state = 'done' AND (NEW.state NOT IN ('paused', 'stopped')
                                       OR NEW.last_voter_id <> OLD.last_voter_id)) THEN
        PERFORM helpdesk.refuse('a campaign invites nobody twice');
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_wording() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() <> 'desk' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF NOT helpdesk.supervises() THEN
        PERFORM helpdesk.refuse('this role does not word mails');
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- An earlier version is there already, and the unique index says so: somebody saved it at the same moment.
        IF NEW.version > 1 + coalesce((SELECT max(version) FROM mail_wording
                                        WHERE kind = NEW.kind AND language = NEW.language), 0) THEN
            PERFORM helpdesk.refuse('a wording follows the one before');
        END IF;
        IF NEW.body <> '' AND NEW.kind IN ('activation', 'password', 'question')
           AND (position('{link}' IN NEW.body) = 0 OR position('{advice}' IN NEW.body) = 0) THEN
            PERFORM helpdesk.refuse('a mail keeps its link and the advice that goes with it');
        END IF;
        IF (NEW.subject || NEW.body) ~ '[<>]|://' THEN
            PERFORM helpdesk.refuse('a wording holds neither markup nor web addresses');
        END IF;
        PERFORM helpdesk.checked_time(NEW.written_at);
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

CREATE OR REPLACE FUNCTION helpdesk.guard_returned_mail() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF helpdesk.session_kind() = 'desk' AND TG_OP = 'UPDATE' AND (
            OLD.handled_by IS NOT NULL OR NEW.handled_by IS DISTINCT FROM helpdesk.operator_id()) THEN
        PERFORM helpdesk.refuse('what is handled is signed once, by who handled it');
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
