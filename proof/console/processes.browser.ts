import { afterAll, afterEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { consoles, expectSound } from './consoles.ts';

const browser = consoles();
const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'trueup-browser-'));

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts `trueup` as a user does. @returns the address of its console, and its end by Ctrl-C */
async function started(...words: readonly string[]) {
  const child = spawn(process.execPath, [resolve('lib/cli/main.ts'), ...words], {
    cwd: folder,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  const address = await new Promise<string>((found, failed) => {
    child.stderr.on('data', (text) => {
      said += text;
      const [one] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}/.exec(said) ?? [];
      if (one !== undefined) found(one);
    });
    child.on('exit', () => failed(new Error(said)));
  });
  const ctrlC = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    return (await exited)[0] as number | null;
  };
  return { address, ctrlC };
}

test('trueup console --local --write: every page before and after a pass that it was asked for', async () => {
  const { address, ctrlC } = await started('console', '--local', '--write');
  const one = await browser.openAt(address, { viewport: { width: 1000, height: 800 } });
  const { page, goto } = one;
  await page.getByText('no pass yet').first().waitFor();
  const pages = async () => {
    for (const path of [
      '/',
      '/servers',
      '/server?connection=acme-alloy&id=srv_4c1e901',
      '/plan?make=now',
      '/history',
    ]) {
      await goto(path);
      await expectSound(page, path);
    }
  };
  await pages();
  // Looking made no pass.
  await goto('/');
  expect(await page.getByText('last pass').count()).toBe(0);
  await page.getByRole('link', { name: 'Reconcile acme-alloy' }).click();
  await page.getByRole('button', { name: 'Reconcile' }).click();
  await page.getByText('The functions were asked for a pass').waitFor();
  const done = page.getByRole('link', { name: 'acme-alloy/support-desk' });
  do {
    await goto('/history?connection=acme-alloy&by=queue');
  } while ((await done.count()) === 0);
  await pages();
  await goto('/history');
  expect(await page.locator('main').textContent()).toMatch(/requested a pass, by \S+@/);
  expect(await ctrlC()).toBe(0);
});

test('npm start -- --console: drift appears on a page that is open, and goes', async () => {
  const { address, ctrlC } = await started('demo', '--console');
  const { page, goto } = await browser.openAt(address, { viewport: { width: 1000, height: 800 } });
  await goto('/servers');
  const drift = page.locator('.mark').filter({ hasText: 'would change (mode report)' });
  await drift.waitFor();
  const row = page.locator('tr').filter({ has: drift });
  expect(await row.textContent()).toContain('acme-alloy/');
  await expectSound(page);
  await drift.waitFor({ state: 'detached' });
  await goto('/history');
  expect(await page.locator('main').textContent()).toContain('drift: changed at the gateway');
  expect(await ctrlC()).toBe(0);
});
