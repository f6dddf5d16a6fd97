import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readPlans } from '../../lib/cli/plans/plan-document.ts';
import { CliError } from '../../lib/cli/errors/cli-error.ts';
import { createSecretKey } from 'node:crypto';
import { macOf } from '../../lib/plan/diff/fingerprint.ts';
import type { Json } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import { renderPlansMarkdown } from '../../lib/plan/text/render-markdown.ts';
import { renderPlan } from '../../lib/plan/text/render-text.ts';
import { fieldChange, guardState, plannedServer, planOf } from '../../test/plan/support/plans.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { canary, strangeJson } from './strange.ts';

const keys = {
  current: { id: 'k1', key: createSecretKey(Buffer.alloc(32, 1)) },
  previous: [],
};

const secret = { kind: 'secret', secret: 'trueup/acme/x', version: 'v1' } as const;

const document = {
  version: 1,
  plans: [
    planOf(
      [
        plannedServer({
          since: '2026-11-22T12:00:00.000Z',
          changes: [
            fieldChange(),
            fieldChange({
              pointer: '/client_secret',
              cause: 'rotated',
              before: { kind: 'unreadable' },
              after: secret,
              conditional: true,
              hash: 'h2',
            }),
          ],
        }),
        plannedServer({
          id: 's2',
          outcome: 'held',
          changes: [
            fieldChange({
              pointer: '/restrictions/users/allowedIds',
              before: { kind: 'value', value: ['a'] },
              after: { kind: 'value', value: ['b'] },
              compare: 'set',
              held: true,
              hash: 'h3',
            }),
          ],
        }),
        plannedServer({
          id: 's3',
          outcome: 'failed',
          reason: { code: 'http-400', message: 'no', pointer: '/name' },
          changes: [],
        }),
      ],
      { inSync: 3, undeclared: [{ id: 'u', name: 'Nobody’s' }], guard: guardState({ held: 'd2' }) },
    ),
  ],
  failures: [{ connection: 'globex', code: 'timeout', message: 'no answer' }],
};

/** Most of them with a signature that is right: the rest ends there. */
function signed(value: unknown): unknown {
  if (!isJsonObject(value) || !Array.isArray(value['plans'])) return value;
  const { plans } = value;
  const mac = macOf(keys.current, ['trueup plan', plans as Json], 'hex');
  return { ...value, signature: { keyId: keys.current.id, mac } };
}

/**
 * Files for `--plan`, which anybody may have written. Either it is said why it is no plan, or it can be shown, and what
 * is shown has nothing that a terminal obeys.
 */
export const planFuzzer = (read = readPlans) =>
  fuzzer({
    name: 'plan',
    what: 'files for apply --plan: schema, signature, rendering',
    inputs: fc
      .tuple(
        editsOf(strangeJson, 5),
        fc.constantFrom(true, true, true, false),
        fc.nat(4_000),
        fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 30),
      )
      .map(([edits, right, at, take]) => {
        const made = edited(document, edits);
        const text = JSON.stringify(right ? signed(made) : made) ?? '';
        return take === 0 ? text : text.slice(0, at) + text.slice(at + take);
      }),
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'trueup-fuzz-'));
      return {
        check: async (text) => {
          await writeFile(join(folder, 'plan.json'), text);
          const plans = await read(folder, 'plan.json', keys).catch((error: unknown) => {
            must(error instanceof CliError, `not typed: ${String(error)}`);
            must(error.message.startsWith('plan.json'), 'the error names no file');
            must(error.message.length < 2_000, 'the error is too long');
            must(!error.message.includes(canary), 'the error repeats a value');
            must(error.message === plainText(error.message, 2_000), 'the error is no plain line');
          });
          if (!plans) return;
          for (const plan of plans) {
            for (const line of renderPlan(plan).split('\n')) {
              must(
                line === plainText(line, line.length),
                `shown to a terminal: ${JSON.stringify(line)}`,
              );
            }
          }
          renderPlansMarkdown(plans);
        },
        close: () => rm(folder, { recursive: true }),
      };
    },
  });
