import { randomBytes } from 'node:crypto';
import { Secret } from '../lib/model/secret.ts';
import { KnownSecrets } from '../lib/secrets/known-secrets.ts';
import { vendorText } from '../lib/secrets/vendor-text.ts';
import { alternate } from './harness/alternate.ts';
import { main } from './harness/main.ts';
import type { Section } from './harness/section.ts';

const values = 10_000;
const valueLength = 2_048;
const textLength = 16 * 1024;
const mostMs = 50;

const filled = (unit: string) =>
  unit.repeat(Math.ceil(textLength / unit.length)).slice(0, textLength);
const random = (bytes: number) => randomBytes(bytes).toString('base64url');

/** What takes longest of each kind: every reading of it differs from the others. */
const texts: Readonly<Record<string, string>> = {
  'words of an error': filled('the server is not here, try again later. '),
  base64: random(textLength).slice(0, textLength),
  hexadecimal: randomBytes(textLength / 2).toString('hex'),
  'escapes of all kinds': filled('%2541 \\u0042+&#67;'),
  '16 KB of `a`': filled('a'),
};

async function run(): Promise<Section> {
  const known = new KnownSecrets();
  const startedAt = performance.now();
  for (let at = 0; at < values; at += 1) {
    known.add([new Secret(random(valueLength).slice(0, valueLength))]);
  }
  const indexed = (performance.now() - startedAt) / values;
  const periodic = new KnownSecrets();
  periodic.add([new Secret(`${'a'.repeat(11)}b`.repeat(500)), new Secret('b'.repeat(5_000))]);
  const runs = Object.entries(texts).flatMap(([name, text]) => [
    [name, () => vendorText(text, known)] as const,
    [`${name}, periodic values`, () => vendorText(text, periodic)] as const,
  ]);
  const { median } = await alternate(
    5,
    Object.fromEntries(runs.map(([name, judge]) => [name, async () => void judge()])),
  );
  return {
    title: 'A text of a gateway',
    floor: `What one text of 16 KB takes against ${values.toLocaleString('en')} random values of 2 KB, and against periodic ones.`,
    measures: [
      ...runs.map(([name]) => {
        const ms = median[name]?.cpuMs ?? Number.NaN;
        const value = `${ms.toFixed(1)} ms`;
        return { what: name, value, target: `≤ ${mostMs} ms`, met: ms <= mostMs };
      }),
      { what: 'to index one value of 2 KB', value: `${indexed.toFixed(2)} ms` },
    ],
    notes: [
      'That time grows with the text alone is shown by counting, in `test/secrets/known-secrets.test.ts`.',
    ],
  };
}

await main(run);
