-- What the migrations make of an empty SQLite file, kept equal by migrate.test.ts (vitest -u writes it).
CREATE TABLE "account" (
  "tenant" text not null,
  "id" text not null,
  "book" text not null,
  "owner" text not null,
  "party" text not null,
  "kind" text not null,
  "currency" text not null,
  "balance" integer not null,
  "entries" integer not null,
  "floor" integer,
  "frozen" integer not null,
  "opened_at" integer not null,
  "changed_at" integer not null,
  constraint "account_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "account_by_party_book" on "account" ("tenant", "party", "book");
CREATE TABLE "aftersale" (
  "tenant" text not null,
  "key" text not null,
  "origin" text not null,
  "kind" text not null,
  "status" text not null,
  "requested_at" integer not null,
  "deadline" integer,
  constraint "aftersale_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "aftersale_by_deadline_key" on "aftersale" ("tenant", "deadline", "key");
CREATE INDEX "aftersale_by_requested_at_key" on "aftersale" ("tenant", "requested_at", "key");
CREATE TABLE "alarm" (
  "tenant" text not null,
  "id" text not null,
  "subject" text not null,
  "open_subject" text,
  "kind" text not null,
  "connection" text,
  "stream" text,
  "message" text not null,
  "detail" text,
  "times" integer not null,
  "opened_at" integer not null,
  "seen_at" integer not null,
  "closed_at" integer,
  constraint "alarm_primary" primary key ("tenant", "id"),
  constraint "alarm_one_open_subject" unique ("tenant", "open_subject")) strict;
CREATE INDEX "alarm_by_subject_id" on "alarm" ("tenant", "subject", "id");
CREATE TABLE "announcement" (
  "tenant" text not null,
  "connection" text not null,
  "hash" text not null,
  "kind" text not null,
  "at" integer,
  "link" text,
  "words" text,
  "told_by" text not null,
  "first_at" integer not null,
  "seen_at" integer not null,
  constraint "announcement_primary" primary key ("tenant", "connection", "hash")) strict;
CREATE TABLE "api_key" (
  "tenant" text not null,
  "id" text not null,
  "hash" text not null,
  "name" text not null,
  "scopes" text not null,
  "created_at" integer not null,
  "expires_at" integer,
  "revoked_at" integer,
  "party" text,
  "organisation" text,
  "initial" integer,
  constraint "api_key_primary" primary key ("tenant", "id"),
  constraint "api_key_one_hash" unique ("hash")) strict, without rowid;
CREATE TABLE "attempt" (
  "tenant" text not null,
  "id" text not null,
  "delivery" text not null,
  "n" integer not null,
  "token" text not null,
  "started_at" integer not null,
  "ended_at" integer,
  "outcome" text,
  "code" text,
  "status" integer,
  "message" text,
  "sample" text,
  constraint "attempt_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "attempt_by_delivery_n" on "attempt" ("tenant", "delivery", "n");
CREATE TABLE "audit" (
  "tenant" text not null,
  "id" text not null,
  "at" integer not null,
  "who" text not null,
  "act" text not null,
  "connection" text,
  "stream" text,
  "detail" text,
  constraint "audit_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "audit_by_connection_stream_id" on "audit" ("tenant", "connection", "stream", "id");
CREATE TABLE "backfill" (
  "tenant" text not null,
  "id" text not null,
  "connection" text not null,
  "stream" text not null,
  "kind" text not null,
  "from_at" integer,
  "until_at" integer not null,
  "position" text,
  "quiet" integer not null,
  "pages_per_minute" integer not null,
  "pages" integer not null,
  "records" integer not null,
  "state" text not null,
  "reason" text,
  "next_at" integer not null,
  "lease_until" integer not null,
  "lease_token" text,
  "fails" integer not null,
  "asked_by" text not null,
  "created_at" integer not null,
  "ended_at" integer,
  constraint "backfill_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "backfill_by_connection_stream_id" on "backfill" ("tenant", "connection", "stream", "id");
CREATE INDEX "backfill_by_state_next_at" on "backfill" ("tenant", "state", "next_at");
CREATE TABLE "baseline" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "pages" integer not null,
  "records" integer not null,
  "started_at" integer not null,
  "ended_at" integer,
  "signed_at" integer,
  "signed_by" text,
  "signed" text,
  constraint "baseline_primary" primary key ("tenant", "connection", "stream")) strict, without rowid;
CREATE TABLE "book" (
  "tenant" text not null,
  "book" text not null,
  "owner" text not null,
  "zone" text not null,
  "closed_until" text,
  "changed_at" integer not null,
  "changed_by" text not null,
  constraint "book_primary" primary key ("tenant", "book", "owner")) strict;
CREATE TABLE "code" (
  "tenant" text not null,
  "id" text not null,
  "kind" text not null,
  "connection" text not null,
  "organisation" text not null,
  "product" text not null,
  "code" text not null,
  "hub" text not null,
  "factor" text,
  "valid_from" text,
  "valid_to" text,
  "saved_at" integer not null,
  "saved_by" text not null,
  "ended_at" integer,
  "ended_by" text,
  constraint "code_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "code_by_kind_code" on "code" ("tenant", "kind", "code");
CREATE INDEX "code_by_product" on "code" ("tenant", "product");
CREATE TABLE "code_list" (
  "tenant" text not null,
  "kind" text not null,
  "revision" text not null,
  constraint "code_list_primary" primary key ("tenant", "kind")) strict, without rowid;
CREATE TABLE "connection" (
  "tenant" text not null,
  "name" text not null,
  "connector" text not null,
  "state" text not null,
  "reason" text,
  "hook_token" text not null,
  "hook_token_old" text,
  "changed_at" integer not null,
  "downs" integer,
  "down_at" integer,
  "books" text,
  "organisation" text,
  "restating" text,
  "settlement" text,
  "resettling" text,
  constraint "connection_primary" primary key ("tenant", "name"),
  constraint "connection_one_hook_token" unique ("hook_token")) strict, without rowid;
CREATE INDEX "connection_by_hook_token_old" on "connection" ("hook_token_old");
CREATE TABLE "counter" (
  "tenant" text not null,
  "name" text not null,
  "last" integer not null,
  constraint "counter_primary" primary key ("tenant", "name")) strict, without rowid;
CREATE TABLE "cursor" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "position" text,
  "moved_at" integer not null,
  constraint "cursor_primary" primary key ("tenant", "connection", "stream")) strict, without rowid;
CREATE TABLE "day_sale" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "product" text not null,
  "store" text not null,
  "day" text not null,
  "currency" text not null,
  "origin" text not null,
  "quantity" integer not null,
  "returned" integer not null,
  "amount" integer not null,
  constraint "day_sale_primary" primary key ("tenant", "type", "key", "product")) strict, without rowid;
CREATE INDEX "day_sale_by_day_store" on "day_sale" ("tenant", "day", "store");
CREATE INDEX "day_sale_by_product_day" on "day_sale" ("tenant", "product", "day");
CREATE TABLE "dedupe" (
  "tenant" text not null,
  "connection" text not null,
  "hash" text not null,
  "body_hash" text not null,
  "envelope" text not null,
  "at" integer not null,
  constraint "dedupe_primary" primary key ("tenant", "connection", "hash")) strict, without rowid;
CREATE TABLE "delivery" (
  "tenant" text not null,
  "id" text not null,
  "route" text not null,
  "connection" text not null,
  "action" text not null,
  "op" text not null,
  "type" text not null,
  "key" text not null,
  "document_version" integer not null,
  "effect_key" text not null,
  "generation" integer not null,
  "lane" text not null,
  "state" text not null,
  "reason" text,
  "waits_for" text,
  "body" text,
  "partner_key" text,
  "attempts" integer not null,
  "due_at" integer not null,
  "ambiguous" integer not null,
  "shadow" integer not null,
  "revision" text,
  "created_at" integer not null,
  "settled_at" integer,
  "trace" text,
  constraint "delivery_primary" primary key ("tenant", "id"),
  constraint "delivery_one_effect_key" unique ("tenant", "effect_key")) strict;
CREATE INDEX "delivery_by_connection_partner_key" on "delivery" ("tenant", "connection", "partner_key");
CREATE INDEX "delivery_by_lane_state_id" on "delivery" ("tenant", "lane", "state", "id");
CREATE INDEX "delivery_by_state_id" on "delivery" ("tenant", "state", "id");
CREATE INDEX "delivery_by_type_key_connection" on "delivery" ("tenant", "type", "key", "connection");
CREATE INDEX "delivery_by_waits_for" on "delivery" ("tenant", "waits_for");
CREATE TABLE "deposit" (
  "tenant" text not null,
  "party" text not null,
  "currency" text not null,
  "owner" text not null,
  "low_below" integer,
  "credit" integer not null,
  "low" integer not null,
  "next_day" text,
  "since" integer not null,
  "changed_at" integer not null,
  constraint "deposit_primary" primary key ("tenant", "party", "currency")) strict, without rowid;
CREATE INDEX "deposit_by_low" on "deposit" ("tenant", "low");
CREATE INDEX "deposit_by_next_day" on "deposit" ("tenant", "next_day");
CREATE TABLE "deposit_order" (
  "tenant" text not null,
  "key" text not null,
  "party" text not null,
  "owner" text not null,
  "currency" text not null,
  "placed_at" integer not null,
  "need" integer not null,
  "frozen" integer not null,
  "captured" integer not null,
  "refunded" integer not null,
  "given" integer not null,
  "why" text not null,
  "posts" integer not null,
  constraint "deposit_order_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "deposit_order_by_party_why_placed_at" on "deposit_order" ("tenant", "party", "why", "placed_at");
CREATE TABLE "deposit_payment" (
  "tenant" text not null,
  "key" text not null,
  "party" text not null,
  "owner" text not null,
  "currency" text not null,
  "reference" text not null,
  "amount" integer not null,
  "posted" integer not null,
  "state" text not null,
  "posts" integer not null,
  constraint "deposit_payment_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "deposit_payment_by_party" on "deposit_payment" ("tenant", "party");
CREATE INDEX "deposit_payment_by_reference" on "deposit_payment" ("tenant", "reference");
CREATE TABLE "deposit_term" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "party" text not null,
  "currency" text not null,
  "owner" text not null,
  "kind" text not null,
  "low_below" integer,
  "credit" integer not null,
  "valid_from" text not null,
  "valid_to" text,
  "at" integer not null,
  constraint "deposit_term_primary" primary key ("tenant", "type", "key")) strict, without rowid;
CREATE INDEX "deposit_term_by_party" on "deposit_term" ("tenant", "party");
CREATE TABLE "document" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "version" integer not null,
  "origin" text not null,
  "number" text,
  "status" text,
  "business_date" text,
  "placed_at" integer,
  "deleted" integer not null,
  "baseline" integer not null,
  "body" text not null,
  "body_hash" text not null,
  "envelope" text,
  "changed_at" integer not null,
  constraint "document_primary" primary key ("tenant", "type", "key")) strict;
CREATE INDEX "document_by_type_number" on "document" ("tenant", "type", "number");
CREATE INDEX "document_by_type_origin_business_date" on "document" ("tenant", "type", "origin", "business_date");
CREATE TABLE "document_version" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "version" integer not null,
  "body" text not null,
  "deleted" integer not null,
  "envelope" text,
  "mapping" text,
  "revision" text,
  "at" integer not null,
  "actor" text,
  "why" text,
  constraint "document_version_primary" primary key ("tenant", "type", "key", "version")) strict;
CREATE TABLE "entry" (
  "tenant" text not null,
  "account" text not null,
  "seq" integer not null,
  "transfer" text not null,
  "amount" integer not null,
  "balance" integer not null,
  "kind" text not null,
  "business_date" text not null,
  "period" text not null,
  "at" integer not null,
  constraint "entry_primary" primary key ("tenant", "account", "seq")) strict, without rowid;
CREATE INDEX "entry_by_account_period" on "entry" ("tenant", "account", "period");
CREATE TABLE "envelope" (
  "tenant" text not null,
  "id" text not null,
  "receipt" text not null,
  "connection" text not null,
  "stream" text not null,
  "lane" integer not null,
  "key" text not null,
  "version" text,
  "op" text not null,
  "slices" text not null,
  "body_hash" text not null,
  "as_of" integer not null,
  "baseline" integer not null,
  "authoritative" integer not null,
  "state" text not null,
  "reason" text,
  "detail" text,
  "waits_for" text,
  "crashes" integer not null,
  "revision" text,
  "received_at" integer not null,
  "settled_at" integer,
  constraint "envelope_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "envelope_by_connection_stream_key_id" on "envelope" ("tenant", "connection", "stream", "key", "id");
CREATE INDEX "envelope_by_lane_state_id" on "envelope" ("tenant", "lane", "state", "id");
CREATE INDEX "envelope_by_receipt" on "envelope" ("tenant", "receipt");
CREATE INDEX "envelope_by_state_id" on "envelope" ("tenant", "state", "id");
CREATE INDEX "envelope_by_waits_for" on "envelope" ("tenant", "waits_for");
CREATE TABLE "event_message" (
  "tenant" text not null,
  "subscription" text not null,
  "event" text not null,
  "subject" text not null,
  "type" text not null,
  "state" text not null,
  "due_at" integer not null,
  "attempts" integer not null,
  "last_error" text,
  "created_at" integer not null,
  "ended_at" integer,
  constraint "event_message_primary" primary key ("tenant", "subscription", "event")) strict;
CREATE INDEX "event_message_by_subscription_state_due_at" on "event_message" ("tenant", "subscription", "state", "due_at");
CREATE INDEX "event_message_by_subscription_subject_state_event" on "event_message" ("tenant", "subscription", "subject", "state", "event");
CREATE TABLE "event_subscription" (
  "tenant" text not null,
  "id" text not null,
  "name" text not null,
  "url" text not null,
  "filter" text not null,
  "content" text not null,
  "state" text not null,
  "reason" text,
  "fails" integer not null,
  "failing_since" integer,
  "ready_at" integer not null,
  "lease_until" integer not null,
  "lease_token" text,
  "former_until" integer,
  "last_sent_at" integer,
  "last_error" text,
  "created_by" text not null,
  "created_at" integer not null,
  "changed_at" integer not null,
  constraint "event_subscription_primary" primary key ("tenant", "id"),
  constraint "event_subscription_one_name" unique ("tenant", "name")) strict;
CREATE TABLE "fall" (
  "tenant" text not null,
  "route" text not null,
  "key" text not null,
  "at" integer not null,
  "released" integer not null,
  constraint "fall_primary" primary key ("tenant", "route", "key")) strict, without rowid;
CREATE INDEX "fall_by_route_at" on "fall" ("tenant", "route", "at");
CREATE TABLE "finding" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "code" text not null,
  "path" text not null,
  "detail" text not null,
  "state" text not null,
  "opened_at" integer not null,
  "closed_at" integer,
  "owner" text,
  "owned_at" integer,
  "closed_by" text,
  "accepted" integer,
  constraint "finding_primary" primary key ("tenant", "type", "key", "code", "path")) strict;
CREATE INDEX "finding_by_owner_state" on "finding" ("tenant", "owner", "state");
CREATE INDEX "finding_by_state_code_opened_at" on "finding" ("tenant", "state", "code", "opened_at");
CREATE INDEX "finding_by_state_opened_at_type_key_code_path" on "finding" ("tenant", "state", "opened_at", "type", "key", "code", "path");
CREATE TABLE "former_reference" (
  "tenant" text not null,
  "to_type" text not null,
  "to_key" text not null,
  "from_type" text not null,
  "from_key" text not null,
  constraint "former_reference_primary" primary key ("tenant", "to_type", "to_key", "from_type", "from_key")) strict, without rowid;
CREATE TABLE "idempotency" (
  "tenant" text not null,
  "route" text not null,
  "key" text not null,
  "request_hash" text not null,
  "status" integer,
  "body" text,
  "at" integer not null,
  constraint "idempotency_primary" primary key ("tenant", "route", "key")) strict;
CREATE INDEX "idempotency_by_at" on "idempotency" ("at");
CREATE TABLE "identifier" (
  "tenant" text not null,
  "type" text not null,
  "scheme" text not null,
  "value" text not null,
  "key" text not null,
  constraint "identifier_primary" primary key ("tenant", "type", "scheme", "value")) strict, without rowid;
CREATE INDEX "identifier_by_type_key" on "identifier" ("tenant", "type", "key");
CREATE TABLE "identity_change" (
  "tenant" text not null,
  "id" text not null,
  "at" integer not null,
  "kind" text not null,
  "type" text not null,
  "from_key" text not null,
  "into_key" text not null,
  "reason" text not null,
  "who" text not null,
  "moved" text not null,
  constraint "identity_change_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "identity_change_by_type_from_key_id" on "identity_change" ("tenant", "type", "from_key", "id");
CREATE INDEX "identity_change_by_type_into_key_id" on "identity_change" ("tenant", "type", "into_key", "id");
CREATE TABLE "invoice_acceptance" (
  "tenant" text not null,
  "key" text not null,
  "findings" text not null,
  "asked_by" text not null,
  "asked_at" integer not null,
  "why" text not null,
  constraint "invoice_acceptance_primary" primary key ("tenant", "key")) strict;
CREATE TABLE "invoice_allocation" (
  "tenant" text not null,
  "key" text not null,
  "line" text not null,
  "part" text not null,
  "order_key" text not null,
  "order_line" text not null,
  "basis" text not null,
  "receipt" text not null,
  "receipt_line" text not null,
  "against" text not null,
  "against_line" text not null,
  "quantity" integer not null,
  "amount" integer not null,
  constraint "invoice_allocation_primary" primary key ("tenant", "key", "line", "part")) strict, without rowid;
CREATE INDEX "invoice_allocation_by_against" on "invoice_allocation" ("tenant", "against");
CREATE INDEX "invoice_allocation_by_order_key" on "invoice_allocation" ("tenant", "order_key");
CREATE TABLE "invoice_line" (
  "tenant" text not null,
  "key" text not null,
  "line" text not null,
  "kind" text not null,
  "order_key" text not null,
  "order_line" text not null,
  "currency" text not null,
  "quantity" integer not null,
  "amount" integer not null,
  "credited" integer not null,
  "credited_amount" integer not null,
  "covered" integer not null,
  "waiting" integer not null,
  "over" integer not null,
  "expected" integer,
  "quantity_variance" integer not null,
  "verdict" text not null,
  constraint "invoice_line_primary" primary key ("tenant", "key", "line")) strict, without rowid;
CREATE INDEX "invoice_line_by_order_key" on "invoice_line" ("tenant", "order_key");
CREATE TABLE "invoice_match" (
  "tenant" text not null,
  "key" text not null,
  "kind" text not null,
  "status" text not null,
  "number" text not null,
  "issuer" text not null,
  "year" integer not null,
  "issue_date" text not null,
  "due_date" text,
  "currency" text not null,
  "verdict" text not null,
  "total" integer not null,
  "tax" integer,
  "quantity_variance" integer not null,
  "price_variance" integer not null,
  "tax_scheme" text not null,
  "tax_code" text not null,
  "tax_number" text not null,
  constraint "invoice_match_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "invoice_match_by_issuer_number_year" on "invoice_match" ("tenant", "issuer", "number", "year");
CREATE INDEX "invoice_match_by_number" on "invoice_match" ("tenant", "number");
CREATE INDEX "invoice_match_by_tax_number_tax_code" on "invoice_match" ("tenant", "tax_number", "tax_code");
CREATE INDEX "invoice_match_by_verdict_key" on "invoice_match" ("tenant", "verdict", "key");
CREATE TABLE "invoice_tolerance" (
  "tenant" text not null,
  "key" text not null,
  "issuer" text not null,
  "tolerance" text not null,
  "at" integer not null,
  constraint "invoice_tolerance_primary" primary key ("tenant", "key")) strict;
CREATE TABLE "journal" (
  "tenant" text not null,
  "id" text not null,
  "at" integer not null,
  "kind" text not null,
  "type" text not null,
  "key" text not null,
  "version" integer,
  "envelope" text,
  "delivery" text,
  "detail" text,
  "actor" text,
  "why" text,
  constraint "journal_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "journal_by_type_key" on "journal" ("tenant", "type", "key");
CREATE TABLE "lane" (
  "tenant" text not null,
  "kind" text not null,
  "lane" text not null,
  "ready_at" integer,
  "lease_until" integer not null,
  "lease_token" text,
  "fails" integer not null,
  constraint "lane_primary" primary key ("tenant", "kind", "lane")) strict, without rowid;
CREATE INDEX "lane_by_kind_ready_at" on "lane" ("kind", "ready_at");
CREATE TABLE "line_link" (
  "tenant" text not null,
  "type" text not null,
  "connection" text not null,
  "external_line" text not null,
  "key" text not null,
  "line" text not null,
  "at" integer not null,
  constraint "line_link_primary" primary key ("tenant", "type", "connection", "key", "external_line")) strict, without rowid;
CREATE INDEX "line_link_by_type_key_line" on "line_link" ("tenant", "type", "key", "line");
CREATE TABLE "link" (
  "tenant" text not null,
  "type" text not null,
  "connection" text not null,
  "external_key" text not null,
  "key" text not null,
  "version" text,
  "image_hash" text,
  "linked_by" text not null,
  "at" integer not null,
  constraint "link_primary" primary key ("tenant", "type", "connection", "external_key")) strict, without rowid;
CREATE INDEX "link_by_type_key_connection" on "link" ("tenant", "type", "key", "connection");
CREATE TABLE "list_use" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "list" text not null,
  "place" integer not null,
  "version" integer not null,
  "number" text not null,
  constraint "list_use_primary" primary key ("tenant", "type", "key", "list")) strict, without rowid;
CREATE INDEX "list_use_by_list" on "list_use" ("tenant", "list");
CREATE TABLE "migration" (
  "number" integer not null,
  "name" text not null,
  "at" integer not null,
  constraint "migration_primary" primary key ("number")) strict;
CREATE TABLE "movement" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "line" text not null,
  "side" text not null,
  "product" text not null,
  "location" text not null,
  "owner" text not null,
  "condition" text not null,
  "lot" text not null,
  "toward" text not null,
  "kind" text not null,
  "source" text not null,
  "quantity" integer not null,
  "moved_at" integer not null,
  constraint "movement_primary" primary key ("tenant", "type", "key", "line", "side")) strict, without rowid;
CREATE INDEX "movement_by_product_location_moved_at" on "movement" ("tenant", "product", "location", "moved_at");
CREATE TABLE "notice" (
  "tenant" text not null,
  "id" text not null,
  "channel" text not null,
  "alarm" text not null,
  "event" text not null,
  "body" text not null,
  "state" text not null,
  "due_at" integer not null,
  "lease_until" integer not null,
  "lease_token" text,
  "attempts" integer not null,
  "last_error" text,
  "created_at" integer not null,
  "ended_at" integer,
  constraint "notice_primary" primary key ("tenant", "id"),
  constraint "notice_one_event" unique ("tenant", "alarm", "channel", "event")) strict;
CREATE INDEX "notice_by_channel_created_at" on "notice" ("tenant", "channel", "created_at");
CREATE INDEX "notice_by_state_due_at" on "notice" ("tenant", "state", "due_at");
CREATE TABLE "number_count" (
  "tenant" text not null,
  "scheme" text not null,
  "shard" integer not null,
  "issued" integer not null,
  "available" integer not null,
  "locked" integer not null,
  "consumed" integer not null,
  "retired" integer not null,
  "amount" integer not null,
  constraint "number_count_primary" primary key ("tenant", "scheme", "shard")) strict, without rowid;
CREATE TABLE "number_decision" (
  "tenant" text not null,
  "id" text not null,
  "scheme" text not null,
  "at" integer not null,
  "kind" text not null,
  "inputs" text not null,
  "outcome" text not null,
  "actor" text not null,
  "why" text,
  constraint "number_decision_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "number_decision_by_scheme_id" on "number_decision" ("tenant", "scheme", "id");
CREATE TABLE "number_event" (
  "tenant" text not null,
  "scheme" text not null,
  "number" text not null,
  "seq" integer not null,
  "at" integer not null,
  "state" text not null,
  "request" text,
  "holder" text,
  "until" integer,
  "amount" integer,
  "actor" text not null,
  "why" text,
  constraint "number_event_primary" primary key ("tenant", "scheme", "number", "seq")) strict;
CREATE TABLE "number_request" (
  "tenant" text not null,
  "scheme" text not null,
  "request" text not null,
  "count" integer not null,
  "holder" text not null,
  "reference" text,
  "block" integer not null,
  "numbers" text not null,
  "at" integer not null,
  "actor" text not null,
  "until" integer,
  constraint "number_request_primary" primary key ("tenant", "scheme", "request")) strict;
CREATE INDEX "number_request_by_scheme_at" on "number_request" ("tenant", "scheme", "at");
CREATE TABLE "number_response" (
  "tenant" text not null,
  "id" text not null,
  "scheme" text not null,
  "level" text not null,
  "action" text not null,
  "assignee" text not null,
  "state" text not null,
  "at" integer not null,
  "settled_at" integer,
  "settled_by" text,
  "outcome" text,
  constraint "number_response_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "number_response_by_scheme_id" on "number_response" ("tenant", "scheme", "id");
CREATE TABLE "number_scheme" (
  "tenant" text not null,
  "name" text not null,
  "version" integer not null,
  "settings" text not null,
  "generation" text not null,
  "business" text not null,
  "period" text not null,
  "next_seq" integer not null,
  "next_place" integer not null,
  "changed_at" integer not null,
  "changed_by" text not null,
  "level" text,
  constraint "number_scheme_primary" primary key ("tenant", "name")) strict;
CREATE TABLE "number_signal" (
  "tenant" text not null,
  "id" text not null,
  "scheme" text not null,
  "kind" text not null,
  "factor" text not null,
  "at" integer not null,
  "half_life_ms" integer not null,
  "source" text not null,
  "actor" text not null,
  constraint "number_signal_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "number_signal_by_scheme_at" on "number_signal" ("tenant", "scheme", "at");
CREATE TABLE "number_stock" (
  "tenant" text not null,
  "scheme" text not null,
  "place" integer not null,
  "seq" integer not null,
  "size" integer not null,
  "taken" integer not null,
  "pattern" text not null,
  "made_at" integer not null,
  constraint "number_stock_primary" primary key ("tenant", "scheme", "place")) strict;
CREATE TABLE "order_cost" (
  "tenant" text not null,
  "key" text not null,
  "line" text not null,
  "party" text not null,
  "product" text not null,
  "state" text not null,
  "quantity" integer not null,
  "currency" text not null,
  "amount" integer not null,
  "level" text not null,
  "tier" text not null,
  "list" text not null,
  "entry" text not null,
  "version" integer not null,
  "price" text not null,
  "per" text not null,
  "unit" text not null,
  "tax_basis" text not null,
  "placed_at" integer not null,
  "decided_at" integer not null,
  "due" integer not null,
  "body" text not null,
  constraint "order_cost_primary" primary key ("tenant", "key", "line")) strict;
CREATE INDEX "order_cost_by_due_key" on "order_cost" ("tenant", "due", "key");
CREATE INDEX "order_cost_by_state_party" on "order_cost" ("tenant", "state", "party");
CREATE INDEX "order_cost_by_state_product" on "order_cost" ("tenant", "state", "product");
CREATE TABLE "order_line" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "line" text not null,
  "number" text not null,
  "origin" text not null,
  "product" text,
  "quantity" integer not null,
  "cancelled" integer not null,
  "confirmed" integer not null,
  "shipped" integer not null,
  "received" integer not null,
  "rejected" integer not null,
  "invoiced" integer not null,
  "restocked" integer not null,
  "open" integer not null,
  constraint "order_line_primary" primary key ("tenant", "type", "key", "line")) strict, without rowid;
CREATE INDEX "order_line_by_origin" on "order_line" ("tenant", "origin");
CREATE INDEX "order_line_by_product" on "order_line" ("tenant", "product");
CREATE TABLE "order_number" (
  "tenant" text not null,
  "scheme" text not null,
  "number" text not null,
  "state" text not null,
  "due_at" integer not null,
  "place" integer not null,
  "generation" integer not null,
  "request" text,
  "holder" text,
  "reference" text,
  "exposed" integer not null,
  "block" integer not null,
  "amount" integer,
  "events" integer not null,
  "created_at" integer not null,
  "changed_at" integer not null,
  constraint "order_number_primary" primary key ("tenant", "scheme", "number")) strict;
CREATE INDEX "order_number_by_scheme_state_due_at_place" on "order_number" ("tenant", "scheme", "state", "due_at", "place");
CREATE TABLE "order_state" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "origin" text not null,
  "number" text,
  "status" text not null,
  "currency" text not null,
  "business_date" text not null,
  "payment" text not null,
  "fulfilment" text not null,
  "grand_total" integer not null,
  "goods_total" integer not null,
  "charge_total" integer not null,
  "tax_total" integer not null,
  "paid" integer not null,
  "refunded" integer not null,
  constraint "order_state_primary" primary key ("tenant", "type", "key")) strict, without rowid;
CREATE TABLE "parcel" (
  "tenant" text not null,
  "tracking" text not null,
  "status" text not null,
  "at" integer,
  "event" text,
  "carrier" text,
  "delivered_at" integer,
  "events" integer not null,
  constraint "parcel_primary" primary key ("tenant", "tracking")) strict, without rowid;
CREATE INDEX "parcel_by_status" on "parcel" ("tenant", "status");
CREATE TABLE "party_document" (
  "tenant" text not null,
  "party" text not null,
  "type" text not null,
  "key" text not null,
  "role" text not null,
  "organisation" text not null,
  "valid_from" text not null,
  "valid_to" text,
  constraint "party_document_primary" primary key ("tenant", "party", "type", "key", "role", "organisation", "valid_from")) strict, without rowid;
CREATE INDEX "party_document_by_type_key" on "party_document" ("tenant", "type", "key");
CREATE TABLE "payable_item" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "owner" text not null,
  "party" text not null,
  "currency" text not null,
  "amount" integer not null,
  "business_date" text not null,
  "due_date" text,
  constraint "payable_item_primary" primary key ("tenant", "type", "key", "owner", "party", "currency")) strict;
CREATE INDEX "payable_item_by_party" on "payable_item" ("tenant", "party");
CREATE TABLE "payout" (
  "tenant" text not null,
  "key" text not null,
  "origin" text not null,
  "number" text,
  "currency" text not null,
  "status" text,
  "verdict" text not null,
  "paid_at" integer not null,
  "total" integer not null,
  "line_total" integer not null,
  "matched" integer not null,
  "unmatched" integer not null,
  "unjudged" integer not null,
  "lines" integer not null,
  "differing" integer not null,
  constraint "payout_primary" primary key ("tenant", "key")) strict;
CREATE INDEX "payout_by_paid_at_key" on "payout" ("tenant", "paid_at", "key");
CREATE TABLE "payout_line" (
  "tenant" text not null,
  "key" text not null,
  "position" integer not null,
  "order_key" text not null,
  "kind" text not null,
  "currency" text not null,
  "amount" integer not null,
  "verdict" text not null,
  "detail" text not null,
  constraint "payout_line_primary" primary key ("tenant", "key", "position")) strict;
CREATE INDEX "payout_line_by_order_key" on "payout_line" ("tenant", "order_key");
CREATE TABLE "plan" (
  "tenant" text not null,
  "id" text not null,
  "kind" text not null,
  "connection" text not null,
  "stream" text not null,
  "affected" integer not null,
  "total" integer not null,
  "limit_percent" integer not null,
  "keys" text not null,
  "state" text not null,
  "created_at" integer not null,
  "decided_at" integer,
  "decided_by" text,
  constraint "plan_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "plan_by_connection_stream_kind_state" on "plan" ("tenant", "connection", "stream", "kind", "state");
CREATE INDEX "plan_by_state_id" on "plan" ("tenant", "state", "id");
CREATE TABLE "price_entry" (
  "tenant" text not null,
  "key" text not null,
  "version" integer not null,
  "list" text not null,
  "kind" text not null,
  "product" text not null,
  "currency" text not null,
  "tax_basis" text not null,
  "zone" text not null,
  "status" text not null,
  "base_unit" text not null,
  "factors" text not null,
  "steps" text not null,
  constraint "price_entry_primary" primary key ("tenant", "key")) strict;
CREATE INDEX "price_entry_by_kind_product" on "price_entry" ("tenant", "kind", "product");
CREATE INDEX "price_entry_by_list_key" on "price_entry" ("tenant", "list", "key");
CREATE INDEX "price_entry_by_product_list" on "price_entry" ("tenant", "product", "list");
CREATE TABLE "price_grant" (
  "tenant" text not null,
  "party" text not null,
  "type" text not null,
  "key" text not null,
  "version" integer not null,
  "holder" text not null,
  "valid_from" text not null,
  "valid_to" text,
  "ended_at" integer,
  "suspended" integer not null,
  "zone" text not null,
  constraint "price_grant_primary" primary key ("tenant", "type", "key")) strict, without rowid;
CREATE INDEX "price_grant_by_holder_party" on "price_grant" ("tenant", "holder", "party");
CREATE INDEX "price_grant_by_party_type" on "price_grant" ("tenant", "party", "type");
CREATE TABLE "promise" (
  "tenant" text not null,
  "id" text not null,
  "line" integer not null,
  "product" text not null,
  "quantity" integer not null,
  "channel" text not null,
  "reference" text,
  "state" text not null,
  "counts_until" integer not null,
  "expires_at" integer not null,
  "created_at" integer not null,
  "ended_at" integer,
  "order_key" text,
  "actor" text not null,
  "told" integer not null,
  constraint "promise_primary" primary key ("tenant", "id", "line")) strict, without rowid;
CREATE INDEX "promise_by_product_counts_until_channel_quantity" on "promise" ("tenant", "product", "counts_until", "channel", "quantity");
CREATE INDEX "promise_by_reference" on "promise" ("tenant", "reference");
CREATE INDEX "promise_by_told_counts_until" on "promise" ("tenant", "told", "counts_until");
CREATE TABLE "promise_sum" (
  "tenant" text not null,
  "product" text not null,
  "held" integer not null,
  "first_end" integer not null,
  constraint "promise_sum_primary" primary key ("tenant", "product")) strict, without rowid;
CREATE TABLE "pushed" (
  "tenant" text not null,
  "connection" text not null,
  "type" text not null,
  "key" text not null,
  "value" text not null,
  "sold" integer not null,
  "at" integer not null,
  constraint "pushed_primary" primary key ("tenant", "connection", "type", "key")) strict, without rowid;
CREATE TABLE "receipt" (
  "tenant" text not null,
  "id" text not null,
  "connection" text not null,
  "stream" text,
  "kind" text not null,
  "topic" text,
  "event_id" text,
  "headers" text,
  "body" blob not null,
  "body_hash" text not null,
  "as_of" integer not null,
  "baseline" integer not null,
  "state" text not null,
  "received_at" integer not null,
  "trace" text,
  "coding" text,
  "records" integer,
  constraint "receipt_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "receipt_by_state_id" on "receipt" ("tenant", "state", "id");
CREATE TABLE "record" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "key" text not null,
  "version" text,
  "body_hash" text not null,
  "envelope" text not null,
  "at" integer not null,
  constraint "record_primary" primary key ("tenant", "connection", "stream", "key")) strict, without rowid;
CREATE TABLE "reference" (
  "tenant" text not null,
  "from_type" text not null,
  "from_key" text not null,
  "path" text not null,
  "to_type" text not null,
  "connection" text not null,
  "external_key" text not null,
  "to_key" text,
  constraint "reference_primary" primary key ("tenant", "from_type", "from_key", "path")) strict, without rowid;
CREATE INDEX "reference_by_to_type_connection_external_key" on "reference" ("tenant", "to_type", "connection", "external_key");
CREATE INDEX "reference_by_to_type_to_key" on "reference" ("tenant", "to_type", "to_key");
CREATE TABLE "replenishment" (
  "tenant" text not null,
  "key" text not null,
  "product" text not null,
  "location" text not null,
  "supplier" text not null,
  "status" text not null,
  "quantity" integer not null,
  "order_key" text,
  "order_line" text,
  "decided_at" integer not null,
  constraint "replenishment_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "replenishment_by_product_location_status" on "replenishment" ("tenant", "product", "location", "status");
CREATE INDEX "replenishment_by_status_key" on "replenishment" ("tenant", "status", "key");
CREATE TABLE "report" (
  "tenant" text not null,
  "id" text not null,
  "connection" text not null,
  "from_day" text,
  "until_day" text,
  "heal" text not null,
  "dry_run" integer not null,
  "same" integer not null,
  "differences" integer not null,
  "body" text not null,
  "asked_by" text not null,
  "created_at" integer not null,
  constraint "report_primary" primary key ("tenant", "id")) strict;
CREATE INDEX "report_by_connection_id" on "report" ("tenant", "connection", "id");
CREATE TABLE "report_day" (
  "tenant" text not null,
  "day" text not null,
  "store" text not null,
  "origin" text not null,
  constraint "report_day_primary" primary key ("tenant", "day", "store", "origin")) strict, without rowid;
CREATE TABLE "reservation" (
  "tenant" text not null,
  "product" text not null,
  "order_key" text not null,
  "line" text not null,
  "part" text not null,
  "quantity" integer not null,
  "released_at" integer,
  constraint "reservation_primary" primary key ("tenant", "product", "order_key", "line", "part")) strict, without rowid;
CREATE INDEX "reservation_by_order_key" on "reservation" ("tenant", "order_key");
CREATE INDEX "reservation_by_product_released_at_quantity" on "reservation" ("tenant", "product", "released_at", "quantity");
CREATE TABLE "revision" (
  "tenant" text not null,
  "hash" text not null,
  "files" text not null,
  "current" integer not null,
  "created_at" integer not null,
  constraint "revision_primary" primary key ("tenant", "hash")) strict;
CREATE TABLE "route_decision" (
  "tenant" text not null,
  "key" text not null,
  "id" text not null,
  "at" integer not null,
  "version" text not null,
  "accounts" text not null,
  "body" text not null,
  "actor" text,
  "why" text,
  constraint "route_decision_primary" primary key ("tenant", "key", "id")) strict;
CREATE TABLE "sale" (
  "tenant" text not null,
  "key" text not null,
  "placed_at" integer not null,
  "origin" text not null,
  "channel" text,
  "client_source" text,
  "placed_via" text not null,
  "customer" text,
  "holds" text not null,
  "updated_at" integer not null,
  constraint "sale_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "sale_by_customer_placed_at_key" on "sale" ("tenant", "customer", "placed_at", "key");
CREATE INDEX "sale_by_origin_placed_at_key" on "sale" ("tenant", "origin", "placed_at", "key");
CREATE INDEX "sale_by_placed_at_key" on "sale" ("tenant", "placed_at", "key");
CREATE INDEX "sale_by_updated_at_key" on "sale" ("tenant", "updated_at", "key");
CREATE TABLE "schedule" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "kind" text not null,
  "timing" text not null,
  "every_ms" integer not null,
  "next_at" integer not null,
  "wanted_at" integer,
  "paused_at" integer,
  "lease_until" integer not null,
  "lease_token" text,
  "fails" integer not null,
  "since" integer not null,
  "last_started_at" integer,
  "last_ended_at" integer,
  "last_good_at" integer,
  "last_skipped_at" integer,
  "last_error" text,
  constraint "schedule_primary" primary key ("tenant", "connection", "stream", "kind")) strict, without rowid;
CREATE INDEX "schedule_by_next_at" on "schedule" ("tenant", "next_at");
CREATE TABLE "secret" (
  "tenant" text not null,
  "name" text not null,
  "generation" integer not null,
  "kek" text not null,
  "nonce" text not null,
  "sealed" blob not null,
  "tag" text not null,
  "created_at" integer not null,
  "changed_at" integer not null,
  "sealed_at" integer not null,
  constraint "secret_primary" primary key ("tenant", "name")) strict;
CREATE INDEX "secret_by_kek" on "secret" ("kek");
CREATE TABLE "serial" (
  "tenant" text not null,
  "type" text not null,
  "key" text not null,
  "line" text not null,
  "side" text not null,
  "serial" text not null,
  "product" text not null,
  "location" text not null,
  "moved_at" integer not null,
  "pieces" integer not null,
  constraint "serial_primary" primary key ("tenant", "type", "key", "line", "side", "serial")) strict, without rowid;
CREATE INDEX "serial_by_product_serial" on "serial" ("tenant", "product", "serial");
CREATE TABLE "settlement" (
  "tenant" text not null,
  "key" text not null,
  "origin" text not null,
  "number" text,
  "currency" text not null,
  "state" text not null,
  "captured" integer not null,
  "subsidy" integer not null,
  "refunded" integer not null,
  "settled" integer not null,
  "fees" integer not null,
  "open" integer not null,
  "captured_at" integer not null,
  "due_at" integer,
  constraint "settlement_primary" primary key ("tenant", "key")) strict, without rowid;
CREATE INDEX "settlement_by_state_captured_at_key" on "settlement" ("tenant", "state", "captured_at", "key");
CREATE INDEX "settlement_by_state_due_at_key" on "settlement" ("tenant", "state", "due_at", "key");
CREATE TABLE "shape" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "hash" text not null,
  "id" text not null,
  "path" text not null,
  "type" text not null,
  "word" text not null,
  "how" text not null,
  "former" text,
  "example" text,
  "envelope" text not null,
  "seen_at" integer not null,
  "accepted_at" integer,
  "accepted_by" text,
  constraint "shape_primary" primary key ("tenant", "connection", "stream", "hash")) strict;
CREATE INDEX "shape_by_accepted_at" on "shape" ("tenant", "accepted_at");
CREATE INDEX "shape_by_how_id" on "shape" ("tenant", "how", "id");
CREATE TABLE "sold" (
  "tenant" text not null,
  "connection" text not null,
  "product" text not null,
  "quantity" integer not null,
  constraint "sold_primary" primary key ("tenant", "connection", "product")) strict, without rowid;
CREATE TABLE "statement" (
  "tenant" text not null,
  "key" text not null,
  "kind" text not null,
  "book" text not null,
  "owner" text not null,
  "party" text not null,
  "currency" text not null,
  "place" integer not null,
  "from_date" text not null,
  "until_date" text not null,
  "revision" integer not null,
  "status" text not null,
  "opening" integer not null,
  "closing" integer not null,
  "line_count" integer not null,
  "totals" text not null,
  "hash" text not null,
  "confirmed_hash" text,
  "disputes" text,
  "made_at" integer not null,
  "made_by" text not null,
  "changed_at" integer not null,
  constraint "statement_primary" primary key ("tenant", "key")) strict;
CREATE INDEX "statement_by_party_owner_book_currency_place" on "statement" ("tenant", "party", "owner", "book", "currency", "place");
CREATE INDEX "statement_by_status_key" on "statement" ("tenant", "status", "key");
CREATE TABLE "statement_line" (
  "tenant" text not null,
  "statement" text not null,
  "line" integer not null,
  "revision" integer not null,
  "account" text not null,
  "seq" integer not null,
  constraint "statement_line_primary" primary key ("tenant", "statement", "line"),
  constraint "statement_line_one_seq" unique ("tenant", "account", "seq")) strict, without rowid;
CREATE TABLE "stock" (
  "tenant" text not null,
  "product" text not null,
  "location" text not null,
  "owner" text not null,
  "condition" text not null,
  "lot" text not null,
  "on_hand" integer not null,
  "as_of" integer not null,
  "source" text not null,
  "reserved" integer not null,
  "in_transit" integer not null,
  "available" integer not null,
  "changed_at" integer not null,
  constraint "stock_primary" primary key ("tenant", "product", "location", "owner", "condition", "lot")) strict, without rowid;
CREATE TABLE "text" (
  "tenant" text not null,
  "hash" text not null,
  "body" text not null,
  "created_at" integer not null,
  constraint "text_primary" primary key ("tenant", "hash")) strict;
CREATE TABLE "token_turn" (
  "tenant" text not null,
  "connection" text not null,
  "lease_until" integer not null,
  "lease_token" text,
  constraint "token_turn_primary" primary key ("tenant", "connection")) strict, without rowid;
CREATE TABLE "traffic" (
  "tenant" text not null,
  "connection" text not null,
  "topic" text not null,
  "hour" integer not null,
  "events" integer not null,
  "last_at" integer not null,
  constraint "traffic_primary" primary key ("tenant", "connection", "topic", "hour")) strict, without rowid;
CREATE INDEX "traffic_by_hour" on "traffic" ("tenant", "hour");
CREATE TABLE "transfer" (
  "tenant" text not null,
  "id" text not null,
  "key" text not null,
  "book" text not null,
  "owner" text not null,
  "debit" text not null,
  "credit" text not null,
  "amount" integer not null,
  "currency" text not null,
  "kind" text not null,
  "business_date" text not null,
  "period" text not null,
  "at" integer not null,
  "ref_type" text,
  "ref_key" text,
  "ref_line" text,
  "reverses" text,
  "forced" integer not null,
  "actor" text not null,
  "why" text,
  constraint "transfer_primary" primary key ("tenant", "id"),
  constraint "transfer_one_key" unique ("tenant", "key")) strict;
CREATE INDEX "transfer_by_ref_key_ref_type" on "transfer" ("tenant", "ref_key", "ref_type");
CREATE INDEX "transfer_by_reverses" on "transfer" ("tenant", "reverses");
CREATE TABLE "verification" (
  "tenant" text not null,
  "id" text not null,
  "started_at" integer not null,
  "ended_at" integer not null,
  "whole" integer not null,
  "differences" integer not null,
  "mended" integer,
  "checked" text not null,
  "body" text not null,
  "asked_by" text not null,
  constraint "verification_primary" primary key ("tenant", "id")) strict;
CREATE TABLE "wanted" (
  "tenant" text not null,
  "type" text not null,
  "scheme" text not null,
  "value" text not null,
  "connection" text not null,
  "external_key" text not null,
  "at" integer not null,
  constraint "wanted_primary" primary key ("tenant", "type", "scheme", "value", "connection", "external_key")) strict, without rowid;
