import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../../functions/settings.ts';
import { hostsFile } from '../../../lib/infra/functions/function-code.ts';
import { TrueupReconciler } from '../../../lib/infra/reconciler.ts';
import { resources } from '../synthesised.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-code-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('10,000 allowed hosts fit: beside the code, and in the template; of two stacks each has its own', () => {
  const tenants = Array.from({ length: 10_000 }, (_, nth) => `tenant-${nth}.platform.example.com`);
  const app = new App({ outdir: folder, builtinCloudFormationValidation: false });
  const stacks = [tenants, ['one.example.com']].map((hosts, nth) => {
    const stack = new Stack(app, `Stack${nth}`);
    const reconciler = new TrueupReconciler(stack, 'Trueup', { allowedHosts: { barndoor: hosts } });
    return Stack.of(reconciler);
  });
  const templates = stacks.map((stack) => Template.fromStack(stack));
  const texts = [tenants, ['one.example.com']].map((hosts) =>
    hosts.map((host) => `barndoor=${host}`).join(','),
  );
  const beside = readdirSync(folder)
    .map((name) => join(folder, name, hostsFile))
    .filter((path) => existsSync(path));
  expect(beside).toHaveLength(6);
  const found = beside.map((path) => readFileSync(path, 'utf8')).toSorted();
  expect(new Set(found)).toEqual(new Set(texts));
  expect(readSettings({ ...names, LAMBDA_TASK_ROOT: join(beside[0] ?? '', '..') })).toMatchObject({
    allowedHosts: readFileSync(beside[0] ?? '', 'utf8'),
  });
  for (const [nth, template] of templates.entries()) {
    const json = template.toJSON() as { Metadata: Record<string, unknown> };
    expect(json.Metadata['TrueupAllowedHosts']).toBe(texts[nth]);
    expect(JSON.stringify(json).length).toBeLessThan(1_000_000);
    for (const { Type, Properties } of Object.values(resources(template))) {
      if (Type !== 'AWS::Lambda::Function') continue;
      expect(JSON.stringify(Properties['Environment']).length).toBeLessThan(4096);
    }
  }
});

const names = {
  TRUEUP_DESIRED_TABLE: 'rows',
  TRUEUP_LEDGER_TABLE: 'book',
  TRUEUP_FINGERPRINT_SECRET: 'key',
};

test('without hosts beside the code a function does not begin', () => {
  expect(() => readSettings({ ...names, LAMBDA_TASK_ROOT: join(folder, 'none') })).toThrow(
    'there is no allowed-hosts.txt next to the code',
  );
});
