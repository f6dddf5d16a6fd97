import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { leaseFile } from '../../lib/files/lease-file.ts';
import { ledgerFile } from '../../lib/files/ledger-file.ts';
import { StoreError } from '../../lib/reconcile/ports/store-error.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { kept, leaseForm, mustFit, mustReadLedger } from './kept.ts';
import { strangeJson } from './strange.ts';

const { server, pause, report, change, plan, hashes, lease, now } = kept;

const files: readonly (readonly [path: string, value: unknown])[] = [
  ['servers/s1.json', server],
  ['pauses/s1.json', { id: 's1', ...pause }],
  ['pause.json', pause],
  ['resend/s1.json', { id: 's1', marks: ['m1'] }],
  ['held/d1.json', { digest: 'd1', at: report.startedAt, plan, hashes, overAt: now + 3_600_000 }],
  ['approvals/d1.json', { digest: 'd1', at: report.startedAt, by: 'ann', hashes }],
  ['last-pass.json', report],
  ['passes.jsonl', report],
  ['changes.jsonl', change],
  ['lease.json', { ...lease, knocked: ['s1'], running: 'all' }],
];

/** One file of the state folder that is not as it was written; the others are. */
export const stateFuzzer = (read = mustReadLedger) =>
  fuzzer({
    name: 'state',
    what: 'files of the state folder: the same, on a laptop',
    inputs: fc
      .tuple(
        fc.constantFrom(...files),
        editsOf(strangeJson, 3),
        fc.nat(2_000),
        fc.constantFrom(0, 0, 0, 1, 40),
      )
      .map(([[path, value], edits, at, take]) => {
        const text = JSON.stringify(edited(value, edits)) ?? '';
        return { path, text: take === 0 ? text : text.slice(0, at) + text.slice(at + take) };
      }),
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'trueup-fuzz-'));
      const at = (path: string) => join(folder, 'ledger', 'acme', path);
      for (const [path, value] of files) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), JSON.stringify(value));
      }
      const clock = { now: () => now, sleep: async () => undefined };
      const ledger = ledgerFile({ folder, clock });
      const leases = leaseFile({ folder });
      return {
        check: async ({ path, text }) => {
          await writeFile(at(path), text);
          try {
            await read(ledger);
            const found = await leases.read('acme').catch((error: unknown) => {
              must(error instanceof StoreError, `not typed: ${String(error)}`);
            });
            if (found) mustFit(leaseForm, found, 'a lease');
          } finally {
            await writeFile(at(path), JSON.stringify(files.find(([one]) => one === path)?.[1]));
          }
        },
        close: () => rm(folder, { recursive: true }),
      };
    },
  });
