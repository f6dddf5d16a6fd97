import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { renderPlansMarkdown } from '../../../lib/plan/text/render-markdown.ts';
import { fieldChange, guardState, plannedServer, planOf } from '../support/plans.ts';

const value = (json: string | readonly string[]) => ({ kind: 'value', value: json }) as const;

/** The text outside fenced blocks, read as CommonMark reads it. */
function outside(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .split('\n')
    .filter((line) => {
      const run = /^`{3,}/.exec(line)?.[0];
      if (fence === undefined) {
        fence = run;
        return run === undefined;
      }
      if (run !== undefined && run.length >= fence.length && line.trim() === run) fence = undefined;
      return false;
    })
    .join('\n');
}

describe('renderPlansMarkdown', () => {
  test('in full', () => {
    const plan = planOf(
      [
        plannedServer({
          changes: [
            fieldChange(),
            fieldChange({
              pointer: '/actions',
              cause: 'declared',
              compare: 'set',
              before: value(['a', 'b']),
              after: value(['b', 'c']),
            }),
            fieldChange({ cause: 'reassert', before: value('New') }),
          ],
        }),
        plannedServer({
          id: 's2',
          label: 'github',
          outcome: 'held',
          changes: [
            fieldChange({
              pointer: '/client_secret',
              cause: 'rotated',
              conditional: true,
              held: true,
              compare: 'set',
              before: { kind: 'secret', secret: 'trueup/x/y', version: 'abcd1234-1' },
              after: { kind: 'secret', secret: 'trueup/x/y', version: 'ef567890-1' },
            }),
          ],
        }),
        plannedServer({ id: 's3', label: 'jira', outcome: 'reported' }),
        plannedServer({
          id: 's5',
          label: 'linear',
          outcome: 'reported',
          changes: [fieldChange({ held: true })],
        }),
        plannedServer({
          id: 's4',
          label: 'asana',
          outcome: 'missing',
          reason: { code: 'missing', message: 'the vendor has no server with this id' },
          changes: [],
        }),
      ],
      { inSync: 2, undeclared: [{ id: 'u1' }], guard: guardState({ held: 'd'.repeat(12) }) },
    );
    expect(renderPlansMarkdown([plan, planOf([])])).toMatchInlineSnapshot(`
     "### acme (barndoor)

     Plan: 1 to update, 2 would change (mode report), 1 held, 1 missing, 2 in sync.

     \`\`\`diff
     ! salesforce: would be updated
     # name, drift: changed at the gateway
     -     name: "Old"
     +     name: "New"
     # actions, declared: the declaration changed
     -     "a"
     +     "c"
     # name, re-assert: due by reassertEvery
     +     name: "New"

     ! github: held by the guard
     # client_secret, held; rotated: new version, sent if its value changed
     -     client_secret: [secret trueup/x/y version abcd1234]
     +     client_secret: [secret trueup/x/y version ef567890]

     ! jira: would change (mode report: not sent)
     # name, drift: changed at the gateway
     -     name: "Old"
     +     name: "New"

     ! linear: would change (mode report: not sent), held by the guard
     # name, held; drift: changed at the gateway
     -     name: "Old"
     +     name: "New"

     ! asana: missing
     # the vendor has no server with this id
     \`\`\`

     1 live server not declared; not touched.

     \`\`\`text
     Guard: 8.3% of 12 servers change within an hour (1 by this plan, 0 before), more
     than the limit of 30%. Changes marked as held wait for approval:
         trueup approve acme dddddddddddd
     \`\`\`

     ### acme (barndoor)

     Plan: nothing to update.
     "
    `);
  });

  test('nothing from a vendor is Markdown or HTML', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '```\n# owned',
        '````\n<script>alert(1)</script>',
        '<img src=x onerror=alert(1)>',
        '[a](javascript:b)',
        '@everyone',
        '\u001B[31mred',
        '~~~\n# owned\n~~~',
      ),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (name, before, after, message) => {
        const plan = planOf(
          [
            plannedServer({
              label: name,
              reason: { code: 'x', message },
              changes: [
                fieldChange({ pointer: `/${name}`, before: value(before), after: value(after) }),
              ],
            }),
          ],
          { undeclared: [{ id: name, name }], connection: name, provider: message },
        );
        const shown = outside(renderPlansMarkdown([plan]));
        for (const line of shown.split('\n')) {
          expect(line).toMatch(
            /^$|^### [A-Za-z0-9&#;-]* \([A-Za-z0-9&#;-]*\)$|^Plan: 1 to update\.$|^1 live server not declared; not touched\.$/,
          );
        }
      }),
    );
  });

  test('a plan that is too long for a comment is cut at a whole server', () => {
    const { label: _none, ...bare } = plannedServer();
    const servers = Array.from({ length: 2000 }, (_, at) => ({ ...bare, id: `server-${at}` }));
    const text = renderPlansMarkdown([planOf(servers), planOf(servers.slice(0, 3))]);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/And \d+ more servers: `trueup plan` shows all\./);
    expect(text).toContain('And 3 more servers');
    expect(text).toContain('Plan: 2000 to update.');
  });
});

test('what failed says when it is tried again, and secrets that were not found are a warning', () => {
  const nextAttempt = '2026-11-22T12:00:00.000Z';
  const failed = plannedServer({ outcome: 'failed', changes: [], nextAttempt, atOnce: 'x' });
  const missingSecrets = [{ secret: 'trueup/acme/a', servers: 1, such: ['first'] }];
  const shown = renderPlansMarkdown([planOf([failed], { missingSecrets })]);
  expect(shown).toContain('\n# next attempt 2026-11-22 12:00 UTC; at once: x\n');
  expect(shown.replaceAll(/\s+/g, ' ')).toContain(
    'Warning: secret trueup/acme/a was not found, or cannot be described; used by first.',
  );
});
