import type { Codec, Stream } from './types.ts'

/** What a page's own bytes do not tell later. A stream to which one of these applies has its pages cut while they are read; every other page may wait as it came, and is cut from its bytes alone. */
const needs: Readonly<Record<string, (stream: Stream, codec: Codec | undefined) => boolean>> = {
  'rows of one record may stand on two pages': ({ group }) => group !== undefined,
  'what belongs to a record is read by further calls': ({ children = [] }) => children.some(({ call }) => call !== null),
  'its rows only say what to read again': ({ pokes }) => pokes !== undefined,
  'who is missing from a whole read is gone': ({ cursor, parts }) =>
    cursor === null && parts.some((part) => 'mode' in part && part.mode === 'snapshot'),
  'the newest rows are shown once more, and do not count': ({ page }) => page.kind === 'reverse',
  'rows at the edge of a page come twice, and only a version would tell': ({ cursor, version }) =>
    cursor?.order === 'asc' && version.kind !== 'time' && version.kind !== 'counter',
  'its codec reads a page as one thing, whatever of it is asked for': (_, codec) => codec?.parse !== undefined,
}

/** Why pages of a stream are cut while they are read; undefined: they may wait. */
export const whyCutAtOnce = (stream: Stream, codec: Codec | undefined): string | undefined =>
  Object.keys(needs).find((why) => needs[why]?.(stream, codec))
