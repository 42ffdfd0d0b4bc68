/**
 * What the page of the API runs in the browser: fetches the description of this hub and hands it to Swagger UI. Nothing else is fetched, nothing is kept: a key that is
 * entered lives in the page's memory (`persistAuthorization: false`). In Chinese, `x-summary-zh` and `x-description-zh`
 * stand for the English texts.
 */
export const docsScript = `'use strict'
const place = document.getElementById('reference')

function translate(value) {
  if (typeof value !== 'object' || value === null) return
  for (const name of ['summary', 'description']) {
    const chinese = value['x-' + name + '-zh']
    if (typeof chinese === 'string') value[name] = chinese
  }
  for (const field of Object.values(value)) translate(field)
}

async function start() {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error('/openapi.json answered ' + answer.status)
  const spec = await answer.json()
  if (document.documentElement.lang === 'zh') translate(spec)
  SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    queryConfigEnabled: false,
    validatorUrl: null,
  })
}

start().catch((error) => {
  place.textContent = place.dataset.failed + ' (' + error.message + ')'
})
`

/** Style of what stands around the reference. */
export const docsStyle = `body { margin: 0; background: #fff; color: #1f2933; font: 16px/1.5 system-ui, sans-serif; }
header { padding: 24px 20px 4px; max-width: 1420px; margin: 0 auto; box-sizing: border-box; }
header h1 { margin: 0 0 8px; font-size: 28px; }
header p { margin: 0 0 8px; max-width: 70em; }
header nav a { margin-right: 1.5em; }
header code { background: #eef1f4; padding: 1px 5px; border-radius: 3px; }
a { color: #1a5fb4; }
.swagger-ui .info { margin: 16px 0; }
.swagger-ui .servers-title, .swagger-ui .servers { display: none; }
`
