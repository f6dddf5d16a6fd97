import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { browser } from '../../test/cli/commands/browser.ts';
import type { Visit } from '../../test/cli/commands/browser.ts';
import { files, isGone, startLoginWorld } from '../../test/cli/commands/login-world.ts';
import type { LoginWorld } from '../../test/cli/commands/login-world.ts';
import { childEnvironment } from '../../test/support/child-environment.ts';

const entry = resolve(import.meta.dirname, '../../bin/trueup.mjs');
let world: LoginWorld;
/** The folder of programs that a process finds. */
let path: string;

beforeEach(async () => {
  world = await startLoginWorld();
  path = join(world.folder, 'bin');
  await mkdir(path);
});

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await world.close();
});

const running: ChildProcess[] = [];

function start(visit: Visit, environment: Record<string, string> = {}) {
  const person = browser(visit);
  const child = spawn(process.execPath, [entry, 'login', 'acme', ...files], {
    cwd: world.folder,
    env: { ...childEnvironment, PATH: path, ...world.environment, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    person.hears(text);
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr }));
  return { child, ended, person };
}

const nobody: Visit = async () => undefined;

/** A browser that is a program, as a desktop has it. */
const install = (program: string) =>
  writeFile(join(path, program), `#!${process.execPath}\nvoid fetch(process.argv[2]);\n`, {
    mode: 0o700,
  });

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('opens the browser of this machine, with the whole address', async () => {
  await install('xdg-open');
  const { code, stderr } = await start(nobody).ended;
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Signed in') });
  expect(world.issuer.counts).toMatchObject({ authorize: 1, authorization_code: 1 });
});

onLinux('opens none in a CI: somebody may still come', async () => {
  await install('xdg-open');
  const { code } = await start((url) => fetch(url), { CI: 'true' }).ended;
  expect(code).toBe(0);
  expect(world.issuer.counts).toMatchObject({ authorize: 1 });
});

test('that there is no browser is no failure: the address was printed', async () => {
  const { code } = await start((url) => fetch(url)).ended;
  expect(code).toBe(0);
});

test('Ctrl-C ends it at once, and closes the redirect port', async () => {
  const { child, ended, person } = start(async () => void child.kill('SIGINT'));
  const { code, signal, stderr } = await ended;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).toContain('interrupted; nothing was stored');
  expect(await isGone(person.address().searchParams.get('redirect_uri') ?? '')).toBe(true);
});
