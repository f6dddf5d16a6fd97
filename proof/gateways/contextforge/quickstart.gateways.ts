import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../scripts/free-port.ts';
import { pythonForContextForge } from './install.ts';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/quickstart.md'), 'utf8');

interface Block {
  readonly script: string;
  /** What the page shows of its output. */
  readonly shown: string | undefined;
}

const blocks = [...page.matchAll(/^```sh\n(.*?)^```(?:\n\n```text\n(.*?)^```)?/gms)].map(
  ([, script = '', shown]): Block => ({ script, shown }),
);

let folder: string;
let outputs: readonly string[];
let isWhole: boolean;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-quickstart-'));
  const [gateway, servers] = [await freePort(), await freePort()];
  const onPorts = (text: string) =>
    text.replaceAll('4444', String(gateway)).replaceAll('9100', String(servers));
  const output = await run(blocks.map(({ script }) => onPorts(script)));
  const parts = output
    .replaceAll(String(gateway), '4444')
    .replaceAll(String(servers), '9100')
    .split(end);
  outputs = parts.slice(0, -1);
  isWhole = outputs.length === blocks.length;
  if (!isWhole) process.stderr.write(`the quickstart ended here:\n${parts.at(-1) ?? ''}\n`);
}, 600_000);

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Written after each block. */
const end = '\u001e\n';

/** Runs the blocks in one bash, in a copy of the repository. @returns what they wrote, up to the one that failed */
async function run(scripts: readonly string[]): Promise<string> {
  const clone = join(folder, 'clone');
  const programs = join(folder, 'bin');
  for (const one of [clone, programs]) mkdirSync(one);
  const copy = 'git ls-files -zco --exclude-standard | tar -c --null -T - | tar -x -C "$0"';
  execFileSync('bash', ['-c', copy, clone], { cwd: root });
  symlinkSync(process.execPath, join(programs, 'node'));
  symlinkSync(pythonForContextForge(), join(programs, 'python3'));
  const file = join(folder, 'quickstart.sh');
  writeFileSync(file, ['set -e', ...scripts.map((one) => `${one}\nprintf '\\036\\n'`)].join('\n'));
  // All of it ends with the standard input, and so with this process, also if that is killed.
  const outer = `exec 3<&0; bash "$0" < /dev/null & script=$!; (cat <&3 > /dev/null; kill -KILL -- -$$) & wait $script`;
  // Its standard input is a socket, for which bash would read the user's own settings, as if at the end of a network.
  const child = spawn('bash', ['--norc', '-c', outer, file], {
    cwd: clone,
    detached: true,
    env: environment(programs),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const closed = once(child, 'close');
  await once(child, 'exit');
  child.stdin.end();
  await closed;
  return output;
}

/** That of a stranger's shell, with these programs first: without what `npm run` says of this repository, and not a CI's. */
function environment(programs: string): NodeJS.ProcessEnv {
  const own =
    /^(npm_(package|lifecycle)_|npm_config_local_prefix$|INIT_CWD$|TRUEUP_|CI$|GITHUB_|(NO|FORCE)_COLOR$)/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(kept), PATH: `${programs}:${process.env['PATH'] ?? ''}` };
}

/** Without what differs from one run to the next; the order of lines too, since results come as they are done. */
function normalised(text: string): readonly string[] {
  const same = text
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'ID')
    // The line is wrapped where user and host are long.
    .replaceAll(/by \S+@\S+ \((\w+)\),\s+pass\s+\d{8}T\d{9}Z-\w+/g, 'by CALLER ($1), pass PASS')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/version [\w-]{8}\]/g, 'version VERSION]')
    .replaceAll(/\d+(\.\d+)? s$/gm, 'SECONDS')
    // The summary of a pass is wrapped where its figures are long.
    .replaceAll(/^quickstart: .*(\n {4}.*)*/gm, (whole) => whole.replaceAll(/\s+/g, ' '));
  return same.trim().split('\n').toSorted();
}

describe('docs/quickstart.md', () => {
  test('each of its blocks runs, in the order of the page', () => {
    expect(blocks.length).toBeGreaterThan(8);
    expect(isWhole).toBe(true);
  });

  test.each(blocks.flatMap(({ shown }, at) => (shown === undefined ? [] : [[at + 1, shown]])))(
    'block %i writes what the page shows',
    (number, shown) => {
      expect(normalised(outputs[Number(number) - 1] ?? '')).toEqual(normalised(String(shown)));
    },
  );
});
