import { contexts, documentWords, listPhrases, phrases } from './phrases.ts'
import { wordsOf } from './words.ts'

/** A way to say a field's name: all its words have to be there. */
export interface Phrase {
  readonly words: readonly string[]
  /** 0 to 1 */
  readonly weight: number
}

/** Reads `unit price, price:85`. */
function phrasesOf(text: string): readonly Phrase[] {
  return text
    .split(',')
    .map((one) => {
      const [said = '', weight = '100'] = one.split(':')
      return { words: [...new Set(wordsOf(said.trim()))], weight: Number(weight) / 100 }
    })
    .filter(({ words }) => words.length > 0)
}

const read = (table: Readonly<Record<string, string>>): ReadonlyMap<string, readonly Phrase[]> =>
  new Map(Object.entries(table).map(([key, text]) => [key, phrasesOf(text)]))
const fieldPhrases = read(phrases)
const groupPhrases = read(contexts)
const lists = read(listPhrases)

/** Names of a target field, by the most specific of its keys that the tables have; else by its own name and titles. */
export function namesOf(keys: readonly string[], titles: readonly string[]): readonly Phrase[] {
  for (const key of keys) {
    const found = fieldPhrases.get(key)
    if (found !== undefined) return found
  }
  return ownNames(titles)
}
/** Names of a list of the target. */
export const listNames = (name: string, titles: readonly string[]): readonly Phrase[] => lists.get(name) ?? ownNames([name, ...titles])
/** Names of the group a field of a document stands in; undefined for a group that is not said anywhere (`totals`). */
export const contextOf = (document: string, group: string): readonly Phrase[] | undefined =>
  groupPhrases.get(`${document}.${group}`) ?? groupPhrases.get(group)

const ownNames = (titles: readonly string[]): readonly Phrase[] =>
  titles.map((title) => ({ words: [...new Set(wordsOf(title))], weight: 1 })).filter(({ words }) => words.length > 0)

/** Words that the fields of a document carry without meaning more by it. */
export const freeWords = (document: string): ReadonlySet<string> => new Set((documentWords[document] ?? 'document').split(' '))
