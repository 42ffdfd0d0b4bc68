import { createTransport } from 'nodemailer'
import { HubError, isHubError } from '../model/errors.ts'
import { addressRule } from './address.ts'
import { EgressError, openSocket } from './egress.ts'
import type { MailChannel, OutwardMessage } from './outward.ts'

const submissionPort = 587
const securePort = 465
const limits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 5000 }

/**
 * Sends a message once, over a socket of the hub's own guard. A server that cannot do TLS is refused unless its address is one the operator opened: a password and an alarm are nobody's business.
 * @throws HubError retry for what may pass by itself, reject for what will not
 */
export async function sendMail(channel: MailChannel, { id, subject, text }: OutwardMessage): Promise<void> {
  const url = new URL(channel.smtp)
  const secure = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (secure ? securePort : submissionPort) : Number(url.port)
  const user = decodeURIComponent(url.username)
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && channel.allowPrivate.length === 0,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...limits,
    getSocket: (_, done) => {
      openSocket({ host, port }, { rule: addressRule(channel.allowPrivate) }).then(
        (connection) => done(null, { connection }),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), false),
      )
    },
  })
  try {
    await transport.sendMail({ from: channel.from, to: [...channel.to], subject, text, messageId: `<${id}@crossdock>` })
  } catch (error) {
    throw mailError(channel, error)
  } finally {
    transport.close()
  }
}

/** A server's 5xx is its last word; everything else may pass. Its text may hold what was sent, so only the code is kept. */
function mailError(channel: MailChannel, error: unknown): HubError {
  if (isHubError(error)) return error
  const known = error as { readonly responseCode?: unknown; readonly code?: unknown }
  const status = typeof known.responseCode === 'number' ? known.responseCode : undefined
  const code = status !== undefined ? `smtp-${status}` : String(known.code ?? 'smtp').toLowerCase()
  const refused = error instanceof EgressError && error.code === 'refused-address'
  const recovery = refused || (status !== undefined && status >= 500) ? 'reject' : 'retry'
  return new HubError(`the mail server of the channel ${channel.name} did not take the message (${code})`, { code, recovery, cause: error })
}
