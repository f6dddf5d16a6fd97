import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { supplyChainFaults } from '../../scripts/supply-chain.ts';
import type { Lock, Manifest } from '../../scripts/supply-chain.ts';

const run = promisify(execFile);
const json = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as unknown;
const ours = async () =>
  [
    (await json('package.json')) as Manifest,
    (await json('package-lock.json')) as Lock,
    await readFile('.npmrc', 'utf8'),
  ] as const;

describe('what is installed', () => {
  test('is pinned exactly, with the hash of all of it, and runs no script', async () => {
    expect(supplyChainFaults(...(await ours()))).toEqual([]);
  });

  test.each<[string, (manifest: Manifest, lock: Lock) => [Manifest, Lock, string?]]>([
    [
      'package.json: devDependencies.x is no exact version',
      (manifest, lock) => [{ ...manifest, devDependencies: { x: '^1.0.0' } }, lock],
    ],
    [
      'package.json: overrides.x is no exact version',
      (manifest, lock) => [{ ...manifest, overrides: { x: { y: '1.0.0' } } }, lock],
    ],
    [
      'package.json: devDependencies.x is no exact version',
      (manifest, lock) => [{ ...manifest, devDependencies: { x: 'file:../elsewhere' } }, lock],
    ],
    [
      'tools/node/package.json: optionalDependencies.x is no exact version',
      (manifest, { packages }) => {
        const one = { optionalDependencies: { x: '^1.0.0' } };
        return [manifest, { packages: { ...packages, 'tools/node': one } }];
      },
    ],
    [
      'package.json: allowScripts.esbuild lets its install scripts run',
      (manifest, lock) => [
        { ...manifest, allowScripts: { ...manifest.allowScripts, esbuild: true } },
        lock,
      ],
    ],
    [
      'lock: node_modules/x has no sha512',
      (manifest, { packages }) => [
        manifest,
        { packages: { ...packages, 'node_modules/x': { integrity: 'sha1-abc' } } },
      ],
    ],
    [
      'lock: node_modules/a/node_modules/@b/c comes from another place than a registry',
      (manifest, { packages }) => {
        const one = { integrity: 'sha512-x', resolved: 'git+ssh://git@example.com/c.git' };
        return [manifest, { packages: { ...packages, 'node_modules/a/node_modules/@b/c': one } }];
      },
    ],
    [
      'lock: node_modules/@b/c has install scripts, and allowScripts says nothing of it',
      (manifest, { packages }) => {
        const one = { integrity: 'sha512-x', hasInstallScript: true };
        return [manifest, { packages: { ...packages, 'node_modules/@b/c': one } }];
      },
    ],
    ['.npmrc: strict-allow-scripts is not true', (manifest, lock) => [manifest, lock, '']],
  ])('%s', async (fault, spoil) => {
    const [manifest, lock, npmrc] = await ours();
    const [spoilt, locked, other = npmrc] = spoil(manifest, lock);
    expect(supplyChainFaults(spoilt, locked, other)).toEqual([fault]);
  });
});

describe('an install script', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trueup-scripts-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('without a decision is refused with its package', async () => {
    const marker = join(folder, 'ran');
    const evil = { name: 'evil', version: '1.0.0', scripts: { postinstall: `echo > ${marker}` } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(evil));
    await run('npm', ['pack', '--silent'], { cwd: folder });
    await writeFile(join(folder, 'package.json'), '{"name":"user","private":true}');
    await writeFile(join(folder, '.npmrc'), await readFile('.npmrc'));
    const install = [
      'install',
      '--loglevel=error',
      '--offline',
      '--no-audit',
      '--no-fund',
      './evil-1.0.0.tgz',
    ];
    await expect(run('npm', install, { cwd: folder })).rejects.toMatchObject({
      stderr: expect.stringContaining('install scripts not covered by allowScripts'),
    });
    expect(await readdir(folder)).not.toContain('ran');
  });

  test('that is denied did not run: esbuild’s would have put its program in place of this one', async () => {
    expect(await readFile('node_modules/esbuild/bin/esbuild', 'latin1')).toMatch(/^#!.*\bnode\n/);
  });
});

test('npm run sbom gives a CycloneDX document with a hash for each package that is locked', async () => {
  const { stdout } = await run('npm', ['run', '--silent', 'sbom']);
  const { bomFormat, components } = JSON.parse(stdout) as {
    bomFormat: string;
    components: { name: string; hashes?: unknown; properties: { name: string }[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const { dependencies = {}, devDependencies = {} } = (await json('package.json')) as Manifest;
  const names = components.map(({ name }) => name);
  // A folder of this repository is no package that was fetched.
  const fetched = Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => !version.startsWith('file:'))
    .map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(fetched));
  const bare = components.filter(({ hashes }) => !hashes);
  // What is within a package that has a hash; and what is a folder of this repository.
  const isCovered = ({ name }: { name: string }) =>
    /^cdx:npm:package:(bundled|private)$/.test(name);
  expect(bare.filter(({ properties }) => !properties.some(isCovered))).toEqual([]);
});
