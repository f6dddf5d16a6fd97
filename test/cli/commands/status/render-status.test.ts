import { describe, expect, test } from '@jest/globals';
import { renderStatus } from '../../../../lib/cli/commands/status/render-status.ts';
import { nextCommand } from '../../../../lib/cli/next-command.ts';
import { outcomeCounts } from '../../../../lib/model/outcome.ts';
import type { ConnectionStatus, ServerStatus } from '../../../../lib/pass/status/status.types.ts';
import { serverIds } from '../../../support/world.ts';

const at = '2026-11-22T10:00:00.000Z';
const next = nextCommand({
  output: 'text',
  stack: 'trueup-production',
  region: 'eu-central-1',
});
const paintOf = (columns: number) => Object.assign((text: string) => text, { columns });

function failing(count: number): readonly ServerStatus[] {
  return serverIds(count).map((id, index) => ({
    id,
    label: `server-${index}`,
    outcome: 'failed',
    since: at,
  }));
}

function statusOf(more: Partial<ConnectionStatus>): ConnectionStatus {
  const { servers = [] } = more;
  return {
    connection: 'acme-production-emea',
    provider: 'contextforge',
    mode: 'correct',
    state: 'ok',
    pauses: [],
    held: [],
    approved: [],
    counts: { ...outcomeCounts(servers.map(() => 'failed')), unseen: 0 },
    servers,
    ...more,
  };
}

const shown = (status: ConnectionStatus, columns: number, listing: 'some' | 'failing' | 'all') =>
  renderStatus(status, listing, paintOf(columns), next).split('\n');

/** The command as a shell reads it: without the continuations of lines. */
const joined = (lines: readonly string[]) => lines.join('\n').replaceAll(/ \\\n +/g, ' ');

const command =
  'trueup status acme-production-emea --failing --stack trueup-production --region eu-central-1';

describe('of 25 failing servers status lists 20, and a command lists the others', () => {
  const status = statusOf({ servers: failing(25) });

  test.each([40, 60, 79])('in %i columns: over several lines that fit', (columns) => {
    const lines = shown(status, columns, 'some');
    expect(lines.filter((line) => line.includes('x server-'))).toHaveLength(20);
    expect(joined(lines)).toContain(`\n    and 5 more: ${command}`);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test.each([80, 160])('in %i columns: on one line, which every shell accepts', (columns) => {
    const lines = shown(status, columns, 'some');
    expect(lines.at(-1)).toBe(`    and 5 more: ${command}`);
    expect(lines.slice(0, -1).filter((line) => line.length > columns)).toEqual([]);
  });

  test.each(['failing', 'all'] as const)('listed as %s: all of them', (listing) => {
    const lines = shown(status, 60, listing);
    expect(lines.filter((line) => line.includes('x server-'))).toHaveLength(25);
    expect(lines.join('\n')).not.toContain(' more');
  });
});

test('of 20 failing servers all are listed', () => {
  const lines = shown(statusOf({ servers: failing(20) }), 60, 'some');
  expect(lines.filter((line) => line.includes('x server-'))).toHaveLength(20);
  expect(lines.join('\n')).not.toContain(' more');
});

test.each([40, 60, 80, 160])('of 23 paused servers 20 are named, in %i columns', (columns) => {
  const servers = failing(23).map((one): ServerStatus => ({ ...one, outcome: 'paused' }));
  const pauses = servers.map(({ id }) => ({ id, at, reason: 'the gateway is being moved' }));
  const lines = shown(statusOf({ servers, pauses }), columns, 'some');
  expect(lines.filter((line) => line.includes('paused since'))).toHaveLength(20);
  expect(lines).toContain('    and 3 more are paused');
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
});

test('servers whose pause ended are still counted as paused, and status says so', () => {
  const reason = { code: 'resumed', message: 'its pause has ended, and no pass has run since' };
  const servers = failing(3).map((one): ServerStatus => ({ ...one, outcome: 'paused', reason }));
  const counts = { ...outcomeCounts(servers.map(() => 'paused' as const)), unseen: 0 };
  const [, counted, ended] = shown(statusOf({ servers, counts }), 80, 'some');
  expect([counted, ended]).toEqual([
    '    3 paused',
    '    the pause of 3 servers has ended, and no pass has run since',
  ]);
  expect(shown(statusOf({ servers, counts }), 80, 'all').join('\n')).not.toContain('the pause of');
});

test.each([40, 60, 80])('the first line of a connection fits in %i columns', (columns) => {
  const connection = 'acme-production-of-the-region-emea-and-others';
  const lines = shown(statusOf({ connection, state: 'interrupted' }), columns, 'some');
  expect(lines.filter((line) => line.length > Math.max(columns, connection.length))).toEqual([]);
  expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
    `${connection} (contextforge, mode correct): the last pass was interrupted`,
  );
});
