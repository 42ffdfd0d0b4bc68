/** Columns of what is sent to partners. Kinds of columns as in tables.ts. */
import type { Bool } from './tables.ts'

/** `effect_key` is unique for ever; `body` is frozen before the first send (commands). `shadow` deliveries are rendered, never sent. */
export interface DeliveryTable {
  tenant: string
  id: string
  route: string
  connection: string
  action: string
  op: 'state' | 'create' | 'change' | 'cancel'
  type: string
  key: string
  document_version: number
  effect_key: string
  generation: number
  lane: string
  state: string
  reason: string | null
  waits_for: string | null
  body: string | null
  partner_key: string | null
  attempts: number
  due_at: number
  /** 1: an earlier try may have had its effect, 2: one had it, and only what follows failed */
  ambiguous: 0 | 1 | 2
  shadow: Bool
  revision: string | null
  created_at: number
  settled_at: number | null
  /** W3C traceparent of what caused it; null where nothing is traced */
  trace: string | null
}
export interface AttemptTable {
  tenant: string
  id: string
  delivery: string
  n: number
  token: string
  started_at: number
  ended_at: number | null
  outcome: string | null
  code: string | null
  status: number | null
  message: string | null
  sample: string | null
}
