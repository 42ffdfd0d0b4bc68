/** Texts for who adds a connector. */
export const enConnector = {
  'connector.about': 'connectors: definitions of other systems',
  'connector.list': 'all connectors',
  'connector.test': 'check a connector, run its recorded conversations, and name what is missing',
  'connector.readme': 'write the README of each connector from its definition',
  'connector.name': 'name of a connector; all when left out',
  'connector.unknown': "There is no connector '{name}'.",
  'connector.noRecording': '{name} has no recorded conversation to run: {file} is not there, or lacks what is named above.',
  'connector.tested': '{name}: tests passed: {passed}, failed: {failed}',
  'connector.unloaded': '{name} cannot be loaded: mend its faults first ({faults}).',
  'connector.missing': 'missing: {what} ({where} in {file})',
  'connector.new': 'begin a connector in a workspace: definition, schema, mapping, cases, recording and a test, all of which run',
  'connector.newName': 'name of the new connector, kebab-case: its folder',
  'connector.declarative': 'as JSON (connectors/<name>/connector.json), without any TypeScript',
  'connector.badName': "'{name}' is no name of a connector: small letters, digits and single hyphens, beginning with a letter, at most 63.",
  'connector.taken': "There is a connector '{name}' already: take another name.",
  'connector.fileThere': '{file} is there already, and nothing was written: move it away, or take another name.',
  'connector.newNext':
    'Next: say in {file} what the system is like, run `crossdock connector test {name} --watch` meanwhile, and name it in crossdock.json: "connector": "{name}". docs/add-a-connector.md leads through it.',
  'connector.noWorkspace':
    'There is no crossdock.json in {folder}: run `crossdock init` there first, or name a workspace with --workspace.',
} as const
