import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import { openTerminal } from '../../test/support/terminal.ts';
import { serverIds } from '../../test/support/world.ts';

/* A new user's first session, at a terminal: from `init` to a failure that was corrected. */

const [jira = '', github = ''] = serverIds(2);
const columns = 80;

let folder: string;
let vendor: BarndoorSimulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  vendor = await startBarndoor({
    servers: [
      { id: jira, name: 'jira' },
      { id: github, name: 'github' },
    ],
    tokens: ['the-token'],
  });
});

afterAll(async () => {
  await vendor.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a command leaves on the screen, which must fit it; `typed` answers its question. */
async function types(line: string, exitCode: number, typed?: string): Promise<string> {
  const terminal = openTerminal(line.split(' ').slice(1), {
    cwd: folder,
    columns,
    environment: { TRUEUP_ALLOWED_HOSTS: `barndoor=${new URL(vendor.url).host}` },
  });
  if (typed !== undefined) {
    await terminal.until(/Type 'yes' to confirm: /);
    terminal.type(`${typed}\r`);
  }
  const ended = await terminal.ended;
  const screen = (await terminal.screen()).join('\n');
  expect({ line, screen, exitCode: ended.exitCode }).toEqual({ line, screen, exitCode });
  return screen;
}

async function edits(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

/** As the comments of the example say: the address, the credential, the servers, and that it corrects. */
function filledIn(example: string): string {
  const [head = ''] = example.split(/^servers:$/m);
  return `${head
    .replace(/^baseUrl: .*$/m, `baseUrl: ${vendor.url}`)
    .replace(
      /^auth:\n(?: {2}.*\n)+/m,
      'auth:\n  type: bearer\n  token: { secret: trueup/acme-barndoor/token }\n',
    )
    .replace('mode: report', 'mode: correct')}servers:
  - id: ${jira}
    label: jira
    spec: { name: Jira }
  - id: ${github}
    label: github
    spec: { name: GitHub }
`;
}

test('from init to a failure that was corrected', async () => {
  expect(await types('trueup init --provider barndoor', 0)).toContain(
    'next: edit it, then `trueup validate`',
  );
  await edits('trueup.yaml', filledIn);
  expect(await types('trueup validate', 0)).toBe('Valid: 1 connection, 2 servers.');

  const lacking = await types('trueup doctor', 1);
  expect(lacking).toMatch(/x {2}acme-barndoor: secret.* trueup\/acme-barndoor\/token/);
  await writeFile(join(folder, 'secrets.json'), '{"trueup/acme-barndoor/token":"the-token"}', {
    mode: 0o600,
  });
  expect(await types('trueup doctor', 0)).toContain('all passed');

  expect(await types('trueup plan', 0)).toContain('Plan: 2 to update.');

  const permit = vendor.misbehave({
    operation: 'put',
    id: github,
    effect: { kind: 'status', status: 403 },
  });
  const failed = await types('trueup apply', 1, 'yes');
  expect(failed).toMatch(/acme-barndoor: 1 updated, 1 \w+;/);
  expect(failed.replaceAll(/\s+/g, ' ')).toMatch(/acme-barndoor\/github.*403/);
  expect(failed).toContain('`trueup retry');
  expect(vendor.find(jira).name).toBe('Jira');

  permit();
  expect(await types('trueup retry acme-barndoor/github', 0)).toContain('acme-barndoor: 1 updated');
  expect(vendor.find(github).name).toBe('GitHub');
  expect(await types('trueup status', 0)).toContain('2 in sync');
  const history = await types('trueup history', 0);
  expect(history).toMatch(/~ acme-barndoor\/github\n[^]*name: "github" -> "GitHub"/);
  expect(history).toMatch(/~ acme-barndoor\/jira\n[^]*name: "jira" -> "Jira"/);
});
