import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { authority, elsewhereCertificate, expiredCertificate, goodCertificate, leafKey, lonelyCertificate } from './certificates.ts'

/** Partners behind TLS that show these certificates; the authority is trusted by this process until they are closed. */
export async function openTls(partnerUrl: string) {
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, authority])
  const leaves = {
    good: { cert: goodCertificate },
    elsewhere: { cert: elsewhereCertificate },
    expired: { cert: expiredCertificate },
    lonely: { cert: lonelyCertificate },
    old: { cert: goodCertificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  } as const
  const servers = new Map<string, Server>()
  for (const [name, options] of Object.entries(leaves)) {
    const server = createServer({ key: leafKey, ...options }, async (request, response) => {
      const answer = await fetch(partnerUrl + request.url)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.set(name, server)
  }
  return {
    urls: Object.fromEntries([...servers].map(([name, server]) => [name, `https://127.0.0.1:${(server.address() as AddressInfo).port}`])),
    close: async (): Promise<void> => {
      setDefaultCACertificates(trusted)
      for (const server of servers.values()) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}
