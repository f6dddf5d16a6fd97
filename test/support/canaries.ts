import { inspect } from 'node:util';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { alloyFields } from '../../lib/gateways/alloy/fields.ts';
import { barndoorFields } from '../../lib/gateways/barndoor/fields.ts';
import { contextForgeFields } from '../../lib/gateways/contextforge/fields.ts';
import { liteLlmFields } from '../../lib/gateways/litellm/fields.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import type { TestWorld } from './world.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The letters that are the same whatever stands around, `offset` bytes into a group of three. */
const withinBase64 = (text: string, offset: number) =>
  base64('x'.repeat(offset) + text)
    .replace(/=+$/, '')
    .slice(offset === 0 ? 0 : offset + 1, -1);

const html = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** How an echo may spell a text. */
export const spellings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  json,
  'json within json': (text) => json(json(text)),
  url: encodeURIComponent,
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  html,
  hex: (text) => Buffer.from(text).toString('hex'),
  base64,
  'base64 one on': (text) => base64(`:${text}:`),
  'base64 two on': (text) => base64(`a:${text}:a`),
  'base64 of json': (text) => base64(JSON.stringify({ a: text })),
};

const { base64: _1, 'base64 one on': _2, 'base64 two on': _3, ...others } = spellings;

/** Where canaries stand in `told`, in whatever spelling: each with some of the text before it. */
export function found(told: string, canaries: Iterable<string>): string[] {
  // A host is written in small letters, whatever it was made of.
  const small = told.toLowerCase();
  const plain = small.replaceAll('-', '+').replaceAll('_', '/');
  const spelled = [...canaries].flatMap((canary) => [
    ...Object.values(others).map((spell) => spell(canary)),
    ...[0, 1, 2].map((offset) => withinBase64(canary, offset)),
  ]);
  return [...new Set(spelled)].flatMap((text) => {
    const looked = text.toLowerCase();
    const at = Math.max(small.indexOf(looked), plain.indexOf(looked));
    return at === -1 ? [] : [told.slice(Math.max(0, at - 200), at + text.length)];
  });
}

/** A provider's schema is code, made before there is a secret; it would be printed as half a million lines. */
for (const { spec } of [alloyFields, barndoorFields, contextForgeFields, liteLlmFields]) {
  Object.defineProperty(spec, inspect.custom, { value: () => 'a schema' });
  Object.defineProperty(spec, 'toJSON', { value: () => 'a schema' });
}

/** A value in every way in which it might be printed. */
export function printed(value: unknown): string {
  const own = (_key: string, one: unknown) =>
    one instanceof Error
      ? Object.fromEntries(
          Object.getOwnPropertyNames(one).map((name) => [name, Reflect.get(one, name)]),
        )
      : one;
  return [
    inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity }),
    JSON.stringify(value),
    JSON.stringify(value, own),
    String(value),
  ].join('\n');
}

/** The whole Ledger as it is stored. */
export async function ledgerItems({ endpoints, settings }: TestWorld): Promise<object[]> {
  const client = dynamoDbClient(endpoints.dynamodb);
  const items: object[] = [];
  let next: Record<string, never> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: settings.ledgerTable,
        ...(next && { ExclusiveStartKey: next }),
      }),
    );
    items.push(...(page.Items ?? []));
    next = page.LastEvaluatedKey as typeof next;
  } while (next);
  client.destroy();
  return items;
}

/** A part of every secret that a test plants: letters that every spelling but base64 and hex leaves as they are. */
export const core = 'CanaryInTheCoalMine';

/** What must not be told: the part, all tokens that were issued, and the fingerprint key. */
export function canariesOf(world: TestWorld): Set<string> {
  const values = world.secretsManager.secrets
    .flatMap(({ versions }) => versions)
    .map(({ value }) => ('SecretString' in value ? value.SecretString : ''))
    .flatMap((text) => (text.startsWith('{') ? members(text) : [text]));
  const requests = [...world.barndoor.requests, ...world.alloy.requests];
  const tokens = requests.map(({ headers }) => headers['authorization']?.slice('Bearer '.length));
  const forms = world.issuer.requests.map(({ form }) => form['refresh_token']);
  const all = [...values, ...tokens, ...forms].filter((one) => one !== undefined);
  return new Set([core, ...all.filter((one) => !one.includes(core))]);
}

function members(text: string): string[] {
  return Object.entries(JSON.parse(text) as Record<string, string>).flatMap(([key, value]) =>
    key === 'expires_at' ? [] : [value],
  );
}
