-- Review campaigns (dot ra soat): agencies look at every procedure that they handle, and say of each what is to be done.

CREATE TABLE reviews (
    id                 uuid NOT NULL,
    title              text NOT NULL,
    dispatch_number    text,
    dispatch_signed_on date NOT NULL,
    dispatch_issued_by text NOT NULL,
    agency_ids         integer[] NOT NULL,
    owner_ids          integer[],
    opens_on           date NOT NULL,
    due_on             date NOT NULL,
    every_months       smallint,
    created_at         timestamptz NOT NULL,
    closed_at          timestamptz,
    closing_note       text,
    version            integer NOT NULL,
    CONSTRAINT reviews_pkey PRIMARY KEY (id),
    CONSTRAINT reviews_agencies_named CHECK (agency_ids <> '{}'),
    CONSTRAINT reviews_due_after_opening CHECK (due_on >= opens_on),
    CONSTRAINT reviews_period_counted CHECK (every_months BETWEEN 1 AND 60),
    CONSTRAINT reviews_note_of_closing CHECK (closing_note IS NULL OR closed_at IS NOT NULL)
);
CREATE INDEX reviews_newest_idx ON reviews (created_at DESC, id DESC);
COMMENT ON TABLE reviews IS 'Review campaigns.';
COMMENT ON COLUMN reviews.id IS 'Id, made by the service.';
COMMENT ON COLUMN reviews.title IS 'What it is called.';
COMMENT ON COLUMN reviews.dispatch_number IS 'Number of the dispatch that orders it; null: not known.';
COMMENT ON COLUMN reviews.dispatch_signed_on IS 'Day on which the dispatch was signed.';
COMMENT ON COLUMN reviews.dispatch_issued_by IS 'Who issued the dispatch.';
COMMENT ON COLUMN reviews.agency_ids IS 'Agencies that review, with everything below them. No foreign key, as with the roots of keys: agencies are never deleted.';
COMMENT ON COLUMN reviews.owner_ids IS 'Roots of the key that created it: who governs them all may close it; null: of a key without roots.';
COMMENT ON COLUMN reviews.opens_on IS 'Local day from which it runs.';
COMMENT ON COLUMN reviews.due_on IS 'Local day through which the first round runs.';
COMMENT ON COLUMN reviews.every_months IS 'Permanent: a round is due so many months after the one before; null: there is one round.';
COMMENT ON COLUMN reviews.created_at IS 'When it was created.';
COMMENT ON COLUMN reviews.closed_at IS 'When it was closed. Nothing is confirmed from then on.';
COMMENT ON COLUMN reviews.closing_note IS 'What was said at the closing.';
COMMENT ON COLUMN reviews.version IS 'Raised by every change; part of the ETag.';

CREATE TABLE review_confirmations (
    id                uuid NOT NULL,
    review_id         uuid NOT NULL,
    round             integer NOT NULL,
    agency_id         integer NOT NULL,
    procedure_code    text COLLATE "C" NOT NULL,
    procedure_version integer NOT NULL,
    outcome           text NOT NULL,
    note              text,
    confirmed_at      timestamptz NOT NULL,
    CONSTRAINT review_confirmations_pkey PRIMARY KEY (id),
    CONSTRAINT review_confirmations_review_fkey FOREIGN KEY (review_id) REFERENCES reviews (id),
    CONSTRAINT review_confirmations_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT review_confirmations_procedure_fkey FOREIGN KEY (procedure_code) REFERENCES procedures (code),
    CONSTRAINT review_confirmations_outcome_known CHECK (outcome IN ('current', 'needs_update', 'to_be_abolished')),
    CONSTRAINT review_confirmations_round_counted CHECK (round > 0)
);
CREATE INDEX review_confirmations_newest_idx ON review_confirmations (review_id, round, agency_id, procedure_code, confirmed_at DESC, id DESC);
CREATE INDEX review_confirmations_agency_idx ON review_confirmations (agency_id);
CREATE INDEX review_confirmations_procedure_idx ON review_confirmations (procedure_code);
COMMENT ON TABLE review_confirmations IS 'What agencies said of procedures in a round of a review. Never changed: the newest of an agency and a procedure is how it is.';
COMMENT ON COLUMN review_confirmations.id IS 'Id, made by the service.';
COMMENT ON COLUMN review_confirmations.review_id IS 'The review.';
COMMENT ON COLUMN review_confirmations.round IS 'Its round, from 1.';
COMMENT ON COLUMN review_confirmations.agency_id IS 'The agency.';
COMMENT ON COLUMN review_confirmations.procedure_code IS 'Code of the procedure.';
COMMENT ON COLUMN review_confirmations.procedure_version IS 'The version that was in force.';
COMMENT ON COLUMN review_confirmations.outcome IS 'What is to be done with it.';
COMMENT ON COLUMN review_confirmations.note IS 'Why.';
COMMENT ON COLUMN review_confirmations.confirmed_at IS 'When it was recorded.';

CREATE FUNCTION keep_review_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was confirmed is kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'review_confirmations_are_kept';
END
$$;
COMMENT ON FUNCTION keep_review_confirmation() IS 'Refuses to change what an agency said.';
CREATE TRIGGER review_confirmations_kept BEFORE UPDATE OR DELETE ON review_confirmations FOR EACH ROW EXECUTE FUNCTION keep_review_confirmation();
