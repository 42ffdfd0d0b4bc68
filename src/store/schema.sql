-- What the migrations make of an empty SQLite file, kept equal by migrate.test.ts (vitest -u writes it).
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
  constraint "connection_primary" primary key ("tenant", "name"),
  constraint "connection_one_hook_token" unique ("hook_token")) strict, without rowid;
CREATE INDEX "connection_by_hook_token_old" on "connection" ("hook_token_old");
CREATE TABLE "cursor" (
  "tenant" text not null,
  "connection" text not null,
  "stream" text not null,
  "position" text,
  "moved_at" integer not null,
  constraint "cursor_primary" primary key ("tenant", "connection", "stream")) strict, without rowid;
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
  constraint "document_version_primary" primary key ("tenant", "type", "key", "version")) strict;
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
  constraint "finding_primary" primary key ("tenant", "type", "key", "code", "path")) strict;
CREATE INDEX "finding_by_state_code" on "finding" ("tenant", "state", "code");
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
CREATE TABLE "migration" (
  "number" integer not null,
  "name" text not null,
  "at" integer not null,
  constraint "migration_primary" primary key ("number")) strict;
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
CREATE INDEX "reservation_by_product_released_at" on "reservation" ("tenant", "product", "released_at");
CREATE TABLE "revision" (
  "tenant" text not null,
  "hash" text not null,
  "files" text not null,
  "current" integer not null,
  "created_at" integer not null,
  constraint "revision_primary" primary key ("tenant", "hash")) strict;
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
CREATE TABLE "stock" (
  "tenant" text not null,
  "product" text not null,
  "location" text not null,
  "condition" text not null,
  "on_hand" integer not null,
  "as_of" integer not null,
  "source" text not null,
  "reserved" integer not null,
  "in_transit" integer not null,
  "available" integer not null,
  "changed_at" integer not null,
  constraint "stock_primary" primary key ("tenant", "product", "location", "condition")) strict, without rowid;
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
CREATE TABLE "wanted" (
  "tenant" text not null,
  "type" text not null,
  "scheme" text not null,
  "value" text not null,
  "connection" text not null,
  "external_key" text not null,
  "at" integer not null,
  constraint "wanted_primary" primary key ("tenant", "type", "scheme", "value", "connection", "external_key")) strict, without rowid;
