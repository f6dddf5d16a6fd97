import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { causes, outcomeCounts, outcomes } from '../../../lib/model/outcome.ts';
import type { FieldChange } from '../../../lib/plan/plan.types.ts';
import type { Paint } from '../../../lib/model/text/paint.types.ts';
import { sideLines } from '../../../lib/plan/text/render-field.ts';
import { renderPlansMarkdown } from '../../../lib/plan/text/render-markdown.ts';
import { renderPlan, renderReport } from '../../../lib/plan/text/render-text.ts';
import { fieldChange, guardState, passReport, plannedServer, planOf } from '../support/plans.ts';

const text = (...lines: string[]) => lines.join('\n');
const value = (json: string | readonly string[]) => ({ kind: 'value', value: json }) as const;
/** Shows which style each piece has. */
const marking: Paint = (piece, style) => `<${style}>${piece}</>`;

/** The lines of the only server of a plan. */
const lines = (...changes: Parameters<typeof fieldChange>[0][]) =>
  renderPlan(planOf([plannedServer({ changes: changes.map(fieldChange) })]))
    .split('\n\n')[0]
    ?.split('\n')
    .slice(1);

describe('a plan', () => {
  test('in full', () => {
    const plan = planOf(
      [
        plannedServer({
          changes: [
            fieldChange(),
            fieldChange({
              pointer: '/client_secret',
              cause: 'rotated',
              conditional: true,
              before: { kind: 'secret', secret: 'trueup/x/y', version: 'abcd1234-1' },
              after: { kind: 'secret', secret: 'trueup/x/y', version: 'ef567890-1' },
            }),
          ],
        }),
        plannedServer({ id: 's2', label: 'github', outcome: 'reported' }),
        plannedServer({
          id: 's3',
          label: 'jira',
          outcome: 'missing',
          since: '2026-11-22T10:00:00.000Z',
          reason: { code: 'missing', message: 'the vendor has no server with this id' },
          changes: [],
        }),
      ],
      { inSync: 228, assumed: 12, undeclared: [{ id: 'u1', name: 'Somebody' }, { id: 'u2' }] },
    );
    expect(renderPlan(plan)).toBe(
      text(
        '~ acme/salesforce  (drift, rotated)',
        '    name: "Old" -> "New"  # drift: changed at the gateway',
        '    client_secret:  # rotated: new version, sent if its value changed',
        '      [secret trueup/x/y version abcd1234]',
        '      -> [secret trueup/x/y version ef567890]',
        '',
        '~ acme/github  (mode report, not sent: drift)',
        '    name: "Old" -> "New"  # drift: changed at the gateway',
        '',
        'x acme/jira  (missing since 2026-11-22 10:00 UTC)',
        '    the vendor has no server with this id',
        '',
        '2 live servers not declared; not touched:',
        '    u1 "Somebody"',
        '    u2',
        '',
        'Guard: 8.3% of 12 servers change within an hour (1 by this plan, 0 before),',
        'within the limit of 30%.',
        'Plan: 1 to update, 1 would change (mode report), 1 missing, 240 in sync (12 of',
        'them assumed: they cannot be read).',
      ),
    );
  });

  test('where lines are narrower, the note on a server goes below its name', () => {
    const narrow = Object.assign((piece: string) => piece, { columns: 40 });
    const since = '2026-11-22T10:00:00.000Z';
    const server = plannedServer({ label: 'jira', outcome: 'missing', since, changes: [] });
    expect(renderPlan(planOf([server]), narrow)).toBe(
      text(
        'x acme/jira',
        '    (missing since 2026-11-22 10:00 UTC)',
        '',
        'Plan: nothing to update, 1 missing.',
      ),
    );
  });

  test.each([
    ['nothing declared', planOf([]), 'Plan: nothing to update.'],
    ['all in sync', planOf([], { inSync: 3 }), 'Plan: nothing to update, 3 in sync.'],
    [
      'all assumed',
      planOf([], { assumed: 3 }),
      'Plan: nothing to update, 3 in sync (3 of them assumed: they cannot be read).',
    ],
  ])('%s', (_, plan, expected) => {
    expect(renderPlan(plan)).toBe(expected);
  });

  test('many undeclared servers are counted', () => {
    const undeclared = Array.from({ length: 23 }, (_, at) => ({ id: `u${at}` }));
    const rendered = renderPlan(planOf([], { undeclared }));
    expect(rendered).toContain('23 live servers not declared');
    expect(rendered).toContain('    u19\n    and 3 more\n');
    expect(rendered).not.toContain('u20');
  });
});

describe('a field', () => {
  test('without a cause: in as few lines as fit', () => {
    const long = 'x'.repeat(60);
    const linesOf = (...sides: string[]) => sideLines('name', sides, '', (one) => one);
    expect(linesOf('a')).toEqual(['    name: a']);
    expect(linesOf('a', 'b')).toEqual(['    name: a -> b']);
    expect(linesOf('a', long)).toEqual([`    name: a -> ${long}`]);
    expect(linesOf('aaaaaaaa', long)).toEqual(['    name: aaaaaaaa', `      -> ${long}`]);
    expect(linesOf(`${long}${long}`)).toEqual(['    name:', `      ${long}${long}`]);
    expect(linesOf(`${long}${long}`, 'b')).toEqual([
      '    name:',
      `      ${long}${long}`,
      '      -> b',
    ]);
  });

  test.each([
    ['in one line', {}, ['    name: "Old" -> "New"  # drift: changed at the gateway']],
    [
      'in two',
      { after: value('x'.repeat(60)) },
      ['    name: "Old"  # drift: changed at the gateway', `      -> "${'x'.repeat(60)}"`],
    ],
    [
      'in three',
      { before: value('o'.repeat(60)), after: value('n'.repeat(60)) },
      [
        '    name:  # drift: changed at the gateway',
        `      "${'o'.repeat(60)}"`,
        `      -> "${'n'.repeat(60)}"`,
      ],
    ],
    [
      'sent again',
      { cause: 'resend', before: value('New') },
      ['    name: "New"  # resend: an earlier PUT was never confirmed'],
    ],
    [
      'sent again, and long',
      { cause: 'reassert', before: value('n'.repeat(60)), after: value('n'.repeat(60)) },
      ['    name:  # re-assert: due by reassertEvery', `      "${'n'.repeat(60)}"`],
    ],
    [
      'held',
      { held: true, before: { kind: 'absent' } },
      ['    name: (absent) -> "New"  # held; drift: changed at the gateway'],
    ],
    [
      'a set',
      { compare: 'set', before: value(['a', 'b']), after: value(['b', 'c']) },
      ['    name:  # drift: changed at the gateway', '      - "a"', '      + "c"'],
    ],
    [
      'a set that was no list',
      { compare: 'set', before: value('a'), after: value(['b']) },
      ['    name: "a" -> ["b"]  # drift: changed at the gateway'],
    ],
    [
      'a set that shall be no list',
      { compare: 'set', before: value(['a']), after: value('b') },
      ['    name: ["a"] -> "b"  # drift: changed at the gateway'],
    ],
    [
      'a set that cannot be read',
      { compare: 'set', before: { kind: 'unreadable' }, after: value(['b']) },
      ['    name: (cannot be read) -> ["b"]  # drift: changed at the gateway'],
    ],
    [
      'a set that goes',
      { compare: 'set', before: value(['b']), after: { kind: 'absent' } },
      ['    name: ["b"] -> (absent)  # drift: changed at the gateway'],
    ],
  ] as const)('%s', (_, change, expected) => {
    expect(lines(change)).toEqual(expected);
  });

  test('a large set', () => {
    const after = value(Array.from({ length: 53 }, (_, at) => `m${at}`));
    const shown = lines({ compare: 'set', before: value([]), after });
    expect(shown).toHaveLength(52);
    expect(shown?.slice(-2)).toEqual(['      + "m49"', '      + and 3 more']);
  });

  test.each(causes.filter((cause) => cause !== 'adopt'))('cause %s has its words', (cause) => {
    expect(lines({ cause })?.[0]).toMatch(/# [a-z -]+: [a-zA-Z ]+$/);
  });

  test('adopt is explained once per plan', () => {
    const adopted = [
      fieldChange({ cause: 'adopt' }),
      fieldChange({ cause: 'adopt', loosens: true }),
    ];
    expect(renderPlan(planOf([plannedServer({ changes: adopted })]))).toContain(
      text(
        '(adopt)',
        '    name: "Old" -> "New"',
        '    name: "Old" -> "New"  # loosens access',
        '',
        'adopt: declared, but not applied by Trueup before.',
      ),
    );
  });
});

describe('servers that are not updated', () => {
  const shown = (...servers: Parameters<typeof plannedServer>[0][]) =>
    renderPlan(planOf(servers.map(plannedServer))).split('\n\n')[0];

  test.each([
    ['failed', 'x acme/salesforce  (failed)'],
    ['refused', 'x acme/salesforce  (refused)'],
    ['invalid', 'x acme/salesforce  (invalid)'],
    ['missing', 'x acme/salesforce  (missing)'],
    ['waiting', '. acme/salesforce  (waiting)'],
    ['unreached', '- acme/salesforce  (unreached)'],
    ['paused', '- acme/salesforce  (paused)'],
    ['off', '- acme/salesforce  (off)'],
    ['assumed', '= acme/salesforce  (assumed)'],
    ['inSync', '= acme/salesforce  (in sync)'],
  ] as const)('%s', (outcome, head) => {
    const reason = { code: 'c', message: 'because \u001b[31mof it', pointer: '/name' };
    expect(shown({ outcome, reason })).toBe(
      text(head, '    name: because of it', '    not yet sent: name'),
    );
  });

  test('long reasons are wrapped, long words are not', () => {
    const message = `${'word '.repeat(20)}${'x'.repeat(90)}`;
    const rendered = shown({ outcome: 'failed', reason: { code: 'c', message }, changes: [] });
    expect(rendered).toBe(
      text(
        'x acme/salesforce  (failed)',
        `    ${'word '.repeat(15)}`.trimEnd(),
        `    ${'word '.repeat(5)}`.trimEnd(),
        `    ${'x'.repeat(90)}`,
      ),
    );
  });

  test('a server without a label goes by its id', () => {
    const { label: _, ...server } = plannedServer({ outcome: 'off', changes: [] });
    expect(renderPlan(planOf([server]))).toMatch(/^- acme\/s1 {2}\(off\)\n/);
  });

  test('a paused connection is shown in one line', () => {
    const reason = { code: 'paused', message: 'paused by ops' };
    const paused = Array.from({ length: 6 }, (_, at) => ({
      id: `s${at}`,
      outcome: 'paused' as const,
      reason,
      changes: [],
    }));
    expect(shown(...paused)).toBe(text('- acme: 6 servers  (paused)', '    paused by ops'));
    expect(shown(...paused.slice(1))?.split('\n')).toHaveLength(10);
  });

  test('those that failed for the same reason are each named', () => {
    const failed = Array.from({ length: 6 }, (_, at) => ({
      id: `s${at}`,
      outcome: 'failed' as const,
      changes: [],
    }));
    expect(shown(...failed)?.split('\n')).toHaveLength(6);
  });

  test('an updated server may have nothing to show', () => {
    expect(shown({ changes: [] })).toBe('~ acme/salesforce');
  });
});

describe('the guard', () => {
  const guardText = (
    more: Parameters<typeof guardState>[0],
    cause: FieldChange['cause'] = 'drift',
  ) =>
    renderPlan(
      planOf([plannedServer({ changes: [fieldChange({ cause })] })], { guard: guardState(more) }),
    )
      .split('\n\n')
      .at(-1)
      ?.split('\n')
      .slice(0, -1) ?? [];

  test('below the minimum', () => {
    expect(guardText({ active: false, declared: 1 })).toEqual([
      'Guard: not active; 1 server declared, the minimum is 10.',
    ]);
  });

  test.each([
    [{ known: 1, declared: 3 }, 'Guard: not active; 3 servers declared, the minimum is 10.'],
    [{ known: 5, declared: 3 }, 'Guard: not active; 5 servers known, the minimum is 10.'],
  ])('below the minimum, by the larger figure', (more, line) => {
    expect(guardText({ active: false, ...more })).toEqual([line]);
  });

  test.each([
    [{ declared: 12, known: 12 }, 'of 12 servers change'],
    [{ declared: 1000, known: 12 }, 'of 12 known servers (1000 declared) change'],
    [{ declared: 12, known: 1000 }, 'of 12 declared servers (1000 known) change'],
  ])('says which figure the share is of', (more, words) => {
    expect(guardText(more).join(' ')).toContain(words);
  });

  test('with something held', () => {
    expect(guardText({ changing: 5, changedLastHour: 2, share: 7 / 12, held: 'abcd' })).toEqual([
      'Guard: 58.3% of 12 servers change within an hour (5 by this plan, 2 before),',
      'more than the limit of 30%. Changes marked as held wait for approval:',
      '    trueup approve acme abcd',
    ]);
  });

  test('just at the limit', () => {
    expect(guardText({ changing: 3, declared: 10, share: 0.3 })).toEqual([
      'Guard: 30% of 10 servers change within an hour (3 by this plan, 0 before),',
      'within the limit of 30%.',
    ]);
  });

  test('with more than the limit changed before, and nothing here that counts', () => {
    const before = { changing: 0, changedLastHour: 7, share: 7 / 12 };
    expect(guardText(before)[1]).toBe('more than the limit of 30%.');
    expect(guardText(before, 'rotated')).toEqual([
      'Guard: 58.3% of 12 servers change within an hour (0 by this plan, 7 before),',
      'more than the limit of 30%; no change of this plan counts.',
    ]);
  });

  test.each([
    [3, 'would be 33.3%, more than the limit.'],
    [1, 'would be 16.7%, within it.'],
  ])('says what the %d that are only reported would make of it', (reported, last) => {
    expect(guardText({ reported })).toEqual([
      'Guard: 8.3% of 12 servers change within an hour (1 by this plan, 0 before),',
      `within the limit of 30%. With the ${reported} in mode report, if an apply sends them, it`,
      last,
    ]);
  });

  test('and that they would be held, where the rest is within the limit', () => {
    expect(guardText({ reported: 3, held: 'abcd' })).toEqual([
      'Guard: 8.3% of 12 servers change within an hour (1 by this plan, 0 before),',
      'within the limit of 30%. With the 3 in mode report, if an apply sends them, it',
      'would be 33.3%, more than the limit. Changes marked as held wait for approval:',
      '    trueup approve acme abcd',
    ]);
    const server = plannedServer({ outcome: 'reported', changes: [fieldChange({ held: true })] });
    expect(renderPlan(planOf([server]))).toContain(
      text(
        '! acme/salesforce  (mode report, held by the guard: drift)',
        '    name: "Old" -> "New"  # held; drift: changed at the gateway',
      ),
    );
  });

  test('does not show as the same what is just above the limit', () => {
    expect(guardText({ changing: 100, declared: 333, share: 100 / 333, held: 'abcd' })).toEqual([
      'Guard: 30.03% of 333 servers change within an hour (100 by this plan, 0 before),',
      'more than the limit of 30%. Changes marked as held wait for approval:',
      '    trueup approve acme abcd',
    ]);
    expect(guardText({ declared: 1_000_000, share: 0.3 + 1e-9 })[1]).toBe(
      'more than the limit of 30%.',
    );
  });

  test('says how many were approved', () => {
    expect(guardText({ changing: 0, share: 0, approved: 5 })).toEqual([
      'Guard: 0% of 12 servers change within an hour (0 by this plan, 0 before, not',
      'counting 5 approved), within the limit of 30%.',
    ]);
  });

  test('the approve command is completed with the target options', () => {
    const plan = planOf([plannedServer()], { guard: guardState({ held: 'abcd' }) });
    const next = (line: string) => `${line} --stack prod`;
    expect(renderPlan(plan, undefined, next)).toContain(
      '\n    trueup approve acme abcd --stack prod\n',
    );
    const report = passReport({ held: 'abcd' });
    expect(renderReport(report, undefined, next)).toContain(
      '  held: trueup approve acme abcd --stack prod',
    );
    expect(renderPlansMarkdown([plan], next)).toContain(
      '\n    trueup approve acme abcd --stack prod\n',
    );
  });

  test('held servers and fields are marked', () => {
    const held = plannedServer({ outcome: 'held', changes: [fieldChange({ held: true })] });
    expect(renderPlan(planOf([held]))).toContain(
      text(
        '! acme/salesforce  (held by the guard: drift)',
        '    name: "Old" -> "New"  # held; drift: changed at the gateway',
      ),
    );
    expect(renderPlan(planOf([held]))).toMatch(/Plan: 1 held\.$/);
  });
});

describe('paint', () => {
  test('gives each piece its style', () => {
    const plan = planOf(
      [
        plannedServer({
          changes: [
            fieldChange(),
            fieldChange({ compare: 'set', before: value(['a']), after: value(['b']) }),
          ],
        }),
        plannedServer({ outcome: 'failed', changes: [] }),
      ],
      { undeclared: [{ id: 'u' }], guard: guardState({ held: 'abcd' }) },
    );
    expect(renderPlan(plan, marking).split('\n')).toEqual([
      '<change>~ acme/salesforce  (drift)</>',
      '    name: "Old" -> "New"  <quiet># drift: changed at the gateway</>',
      '    name:  <quiet># drift: changed at the gateway</>',
      '<remove>      - "a"</>',
      '<add>      + "b"</>',
      '',
      '<error>x acme/salesforce  (failed)</>',
      '',
      '1 live server not declared; not touched:',
      '<quiet>    u</>',
      '',
      '<warn>Guard: 8.3% of 12 servers change within an hour (1 by this plan, 0 before), more</>',
      '<warn>than the limit of 30%. Changes marked as held wait for approval:</>',
      '    trueup approve acme abcd',
      'Plan: 1 to update, 1 failed.',
    ]);
  });
});

describe('a report', () => {
  test('in one line where there is nothing to look at', () => {
    const counts = { ...outcomeCounts(), inSync: 240 };
    expect(renderReport(passReport({ servers: 240, counts }))).toBe(
      'acme: 240 in sync; 1 call (1 list, 0 get, 0 put), 2.1 s',
    );
    expect(renderReport(passReport())).toBe(
      'acme: no servers; 1 call (1 list, 0 get, 0 put), 2.1 s',
    );
  });

  test('in a few where there is', () => {
    const report = passReport({
      servers: 13,
      counts: { ...outcomeCounts(['updated', 'reported', 'held']), failed: 12, assumed: 1 },
      undeclared: 2,
      vendorCalls: { list: 10, get: 1, put: 2 },
      secretsDecrypted: 1,
      credentialsDecrypted: 2,
      state: 'unreachable',
      reason: { code: 'cut', message: 'connection\u001b[31m cut' },
      held: 'abcd',
      details: [
        { id: 's0', label: 'salesforce', outcome: 'updated' },
        ...Array.from({ length: 12 }, (_, at) => ({
          id: `f${at}`,
          outcome: 'failed' as const,
          reason: { code: 'http-422', message: 'no\u202e' },
        })),
      ],
    });
    expect(renderReport(report, marking).split('\n')).toEqual([
      'acme: 1 updated, 1 would change, not sent, 1 held, 12 failed, 1 in sync (1 of',
      '    them assumed: they cannot be read); 13 calls (10 list, 1 get, 2 put), 1',
      '    secret decrypted, 2 credentials decrypted, 2.1 s',
      '<error>  unreachable: connection cut</>',
      '<change>  updated acme/salesforce</>',
      ...Array.from({ length: 9 }, (_, at) => `<warn>  failed acme/f${at}: no</>`),
      '  and 3 more',
      '<warn>  held: trueup approve acme abcd</>',
      '  2 live servers not declared; not touched',
    ]);
  });

  test('a state without a reason', () => {
    expect(renderReport(passReport({ state: 'invalid' }))).toMatch(/\n {2}invalid$/);
  });

  test('of a connection that fails: since when, and when it is tried again', () => {
    const report = passReport({
      state: 'unreachable',
      since: '2026-11-22T09:00:00.000Z',
      nextAttempt: '2026-11-22T10:00:00.000Z',
      atOnce: '`trueup retry`',
    });
    expect(renderReport(report).split('\n').slice(1)).toEqual([
      '  unreachable',
      '  fails since 2026-11-22 09:00 UTC; next attempt 2026-11-22 10:00 UTC; at once:',
      '      `trueup retry`',
    ]);
  });
});

test('no text of a vendor or user reaches the terminal as anything but text', () => {
  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b', '[31m', ']0;', '\u0007', '\u202e', '\u200b', '\n', '\r', '\u009b'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
  const shown = fc.oneof(
    fc.record({ kind: fc.constant('value' as const), value: nasty }),
    fc.record({ kind: fc.constant('secret' as const), secret: nasty, version: nasty }),
  );
  const change = fc.record({
    pointer: nasty.map((key) => `/meta/${key}`),
    before: shown,
    after: shown,
    compare: fc.constantFrom('value' as const, 'set' as const),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...outcomes),
      nasty,
      nasty,
      change,
      (outcome, label, message, more) => {
        const reason = { code: 'c', message };
        const server = plannedServer({ outcome, label, reason, changes: [fieldChange(more)] });
        const plan = planOf([server], { undeclared: [{ id: label, name: message }] });
        const report = passReport({
          state: 'invalid',
          reason,
          details: [{ id: 's', label, outcome, reason }],
        });
        for (const rendered of [renderPlan(plan), renderReport(report)]) {
          expect(rendered).not.toMatch(
            /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
          );
        }
        expect(renderReport(report).split('\n')).toHaveLength(3);
        expect(renderPlan(plan)).toBe(renderPlan(structuredClone(plan)));
      },
    ),
  );
});

test('what failed says since when, when it is tried again, and what does so at once', () => {
  const failing = {
    nextAttempt: '2026-11-22T13:00:00.000Z',
    atOnce: '`trueup retry`',
    since: '2026-11-22T12:00:00.000Z',
  };
  const again = 'next attempt 2026-11-22 13:00 UTC; at once: `trueup retry`';
  const flat = (said: string) => said.replaceAll(/\s+/g, ' ');
  const detail = {
    id: 's1',
    outcome: 'failed',
    reason: { code: 'http-403', message: 'no' },
  } as const;
  const of = (more: object) =>
    flat(renderReport(passReport({ details: [{ ...detail, ...more }] })));
  expect(of(failing)).toContain(`failed acme/s1 since 2026-11-22 12:00 UTC: no; ${again}`);
  expect(of({ ...failing, since: undefined })).toContain(`failed acme/s1: no; ${again}`);
  expect(of({})).toContain('failed acme/s1: no');
  const server = plannedServer({ outcome: 'failed', changes: [], ...failing });
  expect(flat(renderPlan(planOf([server])))).toContain(again);
});

describe('secrets that were not found', () => {
  const missing = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      secret: `trueup/acme/${at}`,
      servers: at + 1,
      such: ['first', 'second', 'third'].slice(0, at + 1),
    }));

  test('are a warning each, with the servers that name them', () => {
    expect(renderPlan(planOf([], { missingSecrets: missing(4) })).split('\n\n')[0]).toBe(
      text(
        'Warning: secret trueup/acme/0 was not found, or cannot be described; used by',
        '    first.',
        'Warning: secret trueup/acme/1 was not found, or cannot be described; used by',
        '    first, second.',
        'Warning: secret trueup/acme/2 was not found, or cannot be described; used by',
        '    first, second, third.',
        'Warning: secret trueup/acme/3 was not found, or cannot be described; used by',
        '    first, second, third and 1 more.',
      ),
    );
  });

  test('name a stored secret that was probably meant', () => {
    const [one] = missing(1);
    const missingSecrets = one ? [{ ...one, similar: 'trueup/acme/o' }] : [];
    expect(renderPlan(planOf([], { missingSecrets })).split('\n\n')[0]).toBe(
      text(
        'Warning: secret trueup/acme/0 was not found, or cannot be described; used by',
        '    first. Did you mean trueup/acme/o?',
      ),
    );
  });

  test('are ten at most', () => {
    expect(renderPlan(planOf([], { missingSecrets: missing(12) }))).toContain(
      '\nand 2 more secrets\n',
    );
  });
});

describe('in a terminal narrower than 80 columns', () => {
  const narrow = Object.assign((line: string) => line, { columns: 60 });
  const held = 'abcdef0123456789abcdef0123456789';
  const guard = guardState({ held });

  test('the name of an undeclared server that does not fit is below its id', () => {
    const id = '5f0c1d2e-0000-4000-8000-000000000099';
    const plan = planOf([], { undeclared: [{ id, name: 'Trial of last summer' }, { id }] });
    expect(renderPlan(plan, narrow).split('\n').slice(0, 4)).toEqual([
      '2 live servers not declared; not touched:',
      `    ${id}`,
      '      "Trial of last summer"',
      `    ${id}`,
    ]);
    expect(renderPlan(plan)).toContain(`    ${id} "Trial of last summer"\n`);
  });

  test('a command that does not fit continues on the next line, as a shell reads it', () => {
    const plan = planOf([plannedServer({ outcome: 'held' })], { guard, digest: held });
    const next = (line: string) => `${line} --stack prod`;
    expect(renderPlan(plan, narrow, next)).toContain(
      `\n    trueup approve acme ${held} \\\n      --stack prod\n`,
    );
    expect(renderReport(passReport({ held }), narrow, next)).toContain(
      `\n  held: trueup approve acme \\\n      ${held} --stack prod`,
    );
    const fits = Object.assign((line: string) => line, { columns: 80 });
    expect(
      renderReport(passReport({ held }), fits, (line) => `${line} --stack production`),
    ).toContain(`\n  held: trueup approve acme ${held} --stack production`);
  });
});

describe('servers that come and go', () => {
  const create = fieldChange({ cause: 'create', before: { kind: 'absent' } });
  const remove = fieldChange({ cause: 'delete', after: { kind: 'absent' }, held: true });
  const created = plannedServer({ id: 'new#a', label: 'a', outcome: 'created', changes: [create] });
  const held = plannedServer({ label: 'b', outcome: 'held', changes: [remove] });
  const creates = { lastHour: 1, creating: 1, limit: 10 };

  test('are shown as such, with the limit of new ones', () => {
    const plan = planOf(
      [created, plannedServer({ id: 'new#c', label: 'c', outcome: 'unsure', changes: [] })],
      {
        guard: guardState({ creates }),
      },
    );
    const shown = renderPlan(plan);
    expect(shown).toContain('+ acme/a  (create)');
    expect(shown).toContain('? acme/c  (unsure)');
    expect(shown).toContain(
      'New servers: 1 by this plan, 1 in the last hour, within the limit of 10.',
    );
    expect(shown).toContain('Plan: 1 to create, 1 unsure');
    const over = planOf([created], {
      guard: guardState({ active: false, creates: { ...creates, lastHour: 10 } }),
    });
    expect(renderPlan(over)).toContain('10 in the last hour, more than the limit of 10.');
    const deleted = planOf([plannedServer({ outcome: 'deleted', changes: [remove] })]);
    expect(renderPlan(deleted)).toContain('Plan: 1 to delete');
    expect(renderPlansMarkdown([deleted])).toContain('would be deleted');
  });

  test.each([true, false])('a deletion is held, also where the guard is active: %s', (active) => {
    const shown = renderPlan(planOf([held], { guard: guardState({ active, held: 'd1' }) }));
    expect(shown).toContain('! acme/b  (held by the guard: delete)');
    expect(shown).toContain('Changes marked as held wait for approval:');
    expect(shown).toContain('trueup approve acme d1');
    expect(shown).not.toContain('more than the limit');
  });

  test('held beside a change that is held, both are said', () => {
    const change = plannedServer({ outcome: 'held', changes: [fieldChange({ held: true })] });
    const shown = renderPlan(planOf([change, held], { guard: guardState({ held: 'd1' }) }));
    expect(shown.replaceAll(/\s+/g, ' ')).toContain('more than the limit of 30%');
  });

  test('a report counts them, and their calls', () => {
    const counts = outcomeCounts(['created', 'deleted', 'unsure', 'updated']);
    const vendorCalls = { list: 1, get: 0, put: 1, create: 2, delete: 1 };
    const shown = renderReport(passReport({ counts, vendorCalls }));
    expect(shown).toContain('1 created, 1 updated, 1 deleted, 1 unsure');
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(
      '5 calls (1 list, 0 get, 1 put, 2 create, 1 delete)',
    );
  });
});
