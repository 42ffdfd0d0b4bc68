'use strict'
// A real Vendure with one channel on MariaDB, as the acceptance run starts it in a folder outside of the repository. Settings come by the environment.
const vendure = require('@vendure/core')
const { CrossdockPlugin } = require('./crossdock/plugin.cjs')

const { PORT, DATABASE, PASSWORD, COOKIE, HOOK_URL, HOOK_SECRET } = process.env

void vendure
  .bootstrap({
    apiOptions: { port: Number(PORT), hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
    authOptions: {
      tokenMethod: ['bearer', 'api-key'],
      superadminCredentials: { identifier: 'superadmin', password: PASSWORD },
      requireVerification: false,
      cookieOptions: { secret: COOKIE },
    },
    dbConnectionOptions: { type: 'mariadb', url: DATABASE, synchronize: true, logging: false },
    paymentOptions: { paymentMethodHandlers: [vendure.dummyPaymentHandler] },
    logger: new vendure.DefaultLogger({ level: vendure.LogLevel.Warn, timestamp: true }),
    plugins: [
      vendure.DefaultJobQueuePlugin.init({}),
      ...(HOOK_URL ? [CrossdockPlugin.init({ url: HOOK_URL, secret: HOOK_SECRET })] : []),
    ],
  })
  .then((app) => {
    const end = () => void app.close().finally(() => process.exit(0))
    process.once('SIGTERM', end)
    process.once('SIGINT', end)
  })
  .catch((error) => {
    process.stderr.write(`${error?.stack ?? error}\n`)
    process.exit(1)
  })
