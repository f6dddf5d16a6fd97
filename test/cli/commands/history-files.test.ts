import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startFleetInFiles } from '../../support/fleet-in-files.ts';
import type { FleetInFiles } from '../../support/fleet-in-files.ts';
import { trueup } from '../run.ts';

let fleet: FleetInFiles;

const run = (argv: readonly string[], user = 'kim') =>
  trueup([...argv, ...fleet.options], {
    cwd: fleet.folder,
    environment: { ...fleet.environment, USER: user },
  });

beforeEach(async () => {
  fleet = await startFleetInFiles({ servers: 2, labelOf: (index) => `server-${index}` });
});

afterEach(() => fleet.close());

test('with files, history says user and host, and nothing of pushes', async () => {
  await run(['pause', 'acme/server-1', '--reason', 'audit'], 'lee');
  await run(['resume', 'acme/server-1'], 'lee');
  expect((await run(['apply', '--yes', '--include-report'])).code).toBe(0);
  expect((await run(['retry', 'acme'], 'k\u001B[2Jay')).code).toBe(0);
  const { code, stdout, stderr } = await run(['history']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`* acme: retried\n    `);
  expect(stdout).toContain(`, by kay@${hostname()}\n`);
  expect(stdout).toContain(`by kim@${hostname()} (apply),`);
  expect(stdout).toMatch(/\* acme\/server-1: paused \(audit\)\n.*, by lee@/);
  expect(stdout).not.toContain('declared by');
  const json = await run(['history', '--by', 'kim', '-o', 'json']);
  const { records } = JSON.parse(json.stdout) as { records: object[] };
  const own = { kind: 'change', by: `kim@${hostname()}`, command: 'apply', trigger: 'cli' };
  expect(records).toEqual([expect.objectContaining(own), expect.objectContaining(own)]);
  expect((await run(['history', 'acme/server-1', '--limit', '1', '--by', 'lee'])).stdout).toContain(
    'acme/server-1: resumed',
  );
  const status = await run(['status']);
  expect(status.stdout).not.toContain('fight');
});
