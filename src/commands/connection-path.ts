/** Where the API has one connection. */
export const pathOf = (connection: string): string => `/v1/connections/${encodeURIComponent(connection)}`
