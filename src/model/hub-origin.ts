/** Origin of documents that the hub keeps itself. No connection may have this name. */
export const hubOrigin = 'hub'
