import { readdir } from 'node:fs/promises'

/** Names of the folders in a folder, sorted; none where it does not exist. */
export async function folders(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Names of the `*.json` files directly in a folder, sorted; none where it does not exist. */
export async function jsonFiles(folder: string): Promise<string[]> {
  return (await entries(folder))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => entry.name)
    .sort()
}

async function entries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
