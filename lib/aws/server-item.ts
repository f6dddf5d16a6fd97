import type {
  AppliedField,
  NormalisedField,
  Pause,
  Reason,
  Retry,
  ServerRecord,
  Stopped,
  UndecidedField,
} from '../core/ledger.types.ts';
import type { Fingerprint } from '../core/fingerprint.types.ts';
import { outcomes } from '../core/outcome.ts';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ItemReader, MalformedItem } from './item-reader.ts';
import type { Writable } from '../table/table.ts';
import type { StoredItem } from './stored-item.ts';

/** Above this, in characters of JSON, the records of single fields are stored compressed. */
const packAbove = 100_000;
/** Bytes of a compressed record: about 5,000 declared leaves. */
const packedMaximum = 350_000;

interface Attributes {
  readonly [key: string]: Writable;
}

/**
 * The attributes of a `server#<id>` item, less its keys. What grows with the number of declared fields is stored
 * readable while it is small, and compressed in `packed` where it is not.
 *
 * @throws MalformedItem if not even that fits
 */
export function serverAttributes(record: ServerRecord): Attributes {
  const { id: _id, applied, undecided, normalised, intent, ...rest } = record;
  const fields = { applied, undecided, normalised, ...(intent && { intent }) };
  const json = JSON.stringify(fields);
  // interfaces have no index signature; a record holds JSON only
  const readable = { ...rest, ...fields } as unknown as Attributes;
  if (json.length <= packAbove) return readable;
  const packed = gzipSync(json);
  if (packed.length > packedMaximum) throw new MalformedItem('the item', 'below 400 KB');
  return { ...(rest as unknown as Attributes), packed };
}

/** @throws MalformedItem if the item is not as `serverAttributes` makes it */
export function serverRecord(id: string, stored: StoredItem): ServerRecord {
  const item = new ItemReader(stored.value);
  const packed = stored.binary['packed'];
  const fields = packed === undefined ? item : unpack(packed);
  return {
    id,
    rev: item.count('rev', 1),
    ...item.optional('label', (name) => item.text(name)),
    outcome: item.oneOf('outcome', outcomes),
    since: item.time('since'),
    ...item.optional('reason', (name) => readReason(item.map(name))),
    ...item.optional('generation', (name) => item.count(name)),
    ...item.optional('contentHash', (name) => item.text(name)),
    ...item.optional('settled', (name) => item.text(name)),
    applied: fields.entries('applied', readApplied),
    undecided: fields.entries('undecided', readUndecided),
    normalised: fields.entries('normalised', readNormalised),
    ...fields.optional('intent', (name) => {
      const intent = fields.map(name);
      return {
        epoch: intent.count('epoch'),
        pointers: intent.texts('pointers'),
        at: intent.time('at'),
      };
    }),
    ...item.optional('retry', (name) => readRetry(item.map(name))),
    ...item.optional('stopped', (name) => readStopped(item.map(name))),
    ...item.optional('countedAt', (name) => item.time(name)),
  };
}

/**
 * A `pause` or `pause#<id>` item. Never malformed: one that somebody wrote by hand still means a pause, and a time that
 * cannot be read means no end.
 */
export function pauseOf(id: string | undefined, { value }: StoredItem): Pause {
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : undefined);
  const time = (name: string) => {
    const found = text(name);
    return found === undefined || Number.isNaN(Date.parse(found)) ? undefined : found;
  };
  const [why, by, until] = [text('reason'), text('by'), time('until')];
  return {
    ...(id !== undefined && { id }),
    ...(why !== undefined && { reason: why }),
    ...(by !== undefined && { by }),
    at: time('at') ?? new Date(0).toISOString(),
    ...(until !== undefined && { until }),
  };
}

function unpack(packed: Uint8Array): ItemReader {
  try {
    return new ItemReader(JSON.parse(gunzipSync(packed).toString('utf8')));
  } catch {
    throw new MalformedItem('packed', 'compressed JSON');
  }
}

function readFingerprint(item: ItemReader): Fingerprint {
  return { keyId: item.text('keyId'), mac: item.text('mac') };
}

function readApplied(item: ItemReader): AppliedField {
  return {
    fingerprint: readFingerprint(item.map('fingerprint')),
    at: item.time('at'),
    ...item.optional('version', (name) => item.text(name)),
    ...item.optional('source', (name) => item.text(name)),
  };
}

function readUndecided(item: ItemReader): UndecidedField {
  return {
    sent: readFingerprint(item.map('sent')),
    answered: readFingerprint(item.map('answered')),
    showed: item.oneOf('showed', ['old', 'other']),
    attempts: item.count('attempts'),
  };
}

function readNormalised(item: ItemReader): NormalisedField {
  return {
    sent: readFingerprint(item.map('sent')),
    answered: readFingerprint(item.map('answered')),
  };
}

function readReason(item: ItemReader): Reason {
  return {
    code: item.text('code'),
    message: item.text('message'),
    ...item.optional('pointer', (name) => item.text(name)),
  };
}

function readRetry(item: ItemReader): Retry {
  return {
    attempts: item.count('attempts'),
    notBefore: item.time('notBefore'),
    key: item.text('key'),
  };
}

function readStopped(item: ItemReader): Stopped {
  return {
    outcome: item.oneOf('outcome', ['failed', 'refused']),
    key: item.text('key'),
    ...item.optional('retryAt', (name) => item.time(name)),
  };
}
