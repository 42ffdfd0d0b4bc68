import type { Context } from '../pipeline/context.ts'
import { openMeter, type ProcessMeter } from './meter.ts'
import { rawRoute } from './route.ts'
import { tenantFigures } from './tenant-figures.ts'

export interface Metrics {
  /** counts one answered request under its route's pattern, never its path */
  answered(method: string, route: string, status: number): void
  /** the figures of one tenant and of this process, in Prometheus' text format */
  text(hub: Context): Promise<string>
}

/** `everyMs`: figures that are counted in the store are counted again after this span at the earliest, however often they are asked for. */
export function openMetrics(everyMs: number, meter: ProcessMeter = openMeter()): Metrics {
  const counted = new Map<string, { readonly at: number; readonly text: Promise<string> }>()
  const tenantText = (hub: Context): Promise<string> => {
    const now = hub.clock.now()
    const last = counted.get(hub.tenant)
    if (last && now - last.at < everyMs) return last.text
    const text = tenantFigures(hub, now).then((figures) => figures.metrics())
    counted.set(hub.tenant, { at: now, text })
    text.catch(() => counted.delete(hub.tenant))
    return text
  }
  return { answered: meter.answered, text: async (hub) => `${await tenantText(hub)}\n${await meter.text()}` }
}

export const metricsRoutes = [
  rawRoute({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag: 'operation',
    scope: 'metrics',
    openToLoopback: true,
    summary: { en: 'Figures for Prometheus', zh: 'Prometheus 指标' },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    handle: async ({ desk, hub }) => ({ bytes: await desk.metrics.text(hub) }),
  }),
]
