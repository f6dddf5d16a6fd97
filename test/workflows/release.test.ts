import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { shellCommands } from '../scripts/shell-lines.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
}

const { on, permissions, jobs } = parse(
  await readFile('.github/workflows/release.yml', 'utf8'),
) as Workflow;
const { version, scripts } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const stepsOf = (name: string) => jobs[name]?.steps ?? [];
const commandsOf = (name: string) => stepsOf(name).flatMap(({ run }) => shellCommands(run ?? ''));

describe('the release workflow', () => {
  test('runs on a tag of a version only', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } });
  });

  test('gives the job that runs code of dependencies no right to write or to sign', () => {
    expect(permissions).toEqual({});
    expect(Object.keys(jobs)).toEqual(['build', 'release']);
    expect(jobs['build']?.permissions).toEqual({ contents: 'read' });
    expect(jobs['release']?.permissions).toEqual({
      contents: 'write',
      'id-token': 'write',
      attestations: 'write',
    });
    expect(commandsOf('release').map(([program]) => program)).toEqual(['gh']);
  });

  test('tests and packs what it releases, by scripts that exist', () => {
    const npm = commandsOf('build').filter(([program]) => program === 'npm');
    expect(npm.map((words) => words.slice(1).filter((word) => !word.startsWith('-')))).toEqual([
      ['ci'],
      ['test'],
      ['run', 'test:pack'],
      ['pack', 'release'],
      ['run', 'sbom'],
    ]);
    expect(scripts).toMatchObject({
      'test:pack': expect.any(String),
      sbom: expect.any(String),
    });
  });

  test('attests every file that it releases, and only after the tests', () => {
    expect(jobs['release']?.needs).toBe('build');
    const steps = stepsOf('release');
    const attested = steps.findIndex(({ uses = '' }) => /\/attest-build-provenance@/.test(uses));
    const created = steps.findIndex(({ run = '' }) => run.includes('gh release create'));
    expect(attested).toBeGreaterThanOrEqual(0);
    expect(created).toBeGreaterThan(attested);
    expect(steps[attested]?.with).toEqual({ 'subject-path': 'release/*' });
    expect(commandsOf('release')[0]).toEqual(expect.arrayContaining(['release/*', '--verify-tag']));
  });

  test('uses actions of GitHub only, each of a major version', () => {
    const used = Object.keys(jobs).flatMap((name) =>
      stepsOf(name).flatMap(({ uses }) => uses ?? []),
    );
    expect(used.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
    expect(used).toHaveLength(5);
  });

  test('publishes nothing to a registry', async () => {
    expect(await readFile('.github/workflows/release.yml', 'utf8')).not.toMatch(
      /npm publish|NODE_AUTH_TOKEN|registry-url/,
    );
  });

  test('puts no expression into a shell, where a tag could be read as a command', () => {
    const runs = Object.keys(jobs).flatMap((name) => stepsOf(name).flatMap(({ run }) => run ?? []));
    expect(runs.filter((run) => run.includes('${{'))).toEqual([]);
  });
});

describe('the version check of the release workflow', () => {
  const script = stepsOf('build').find(({ run }) => run?.includes('package.json'))?.run ?? 'exit 9';
  const check = (tag: string) =>
    promisify(execFile)('bash', ['-euc', script], {
      env: { ...process.env, GITHUB_REF_NAME: tag },
    });

  test('passes for the tag of this version', async () => {
    await expect(check(`v${version}`)).resolves.toMatchObject({ stdout: '' });
  });

  test.each([version, `v${version}-rc.1`, 'v99.0.0', 'v'])('fails for %s', async (tag) => {
    await expect(check(tag)).rejects.toMatchObject({
      code: 1,
      stdout: `::error::The tag is ${tag}, but package.json has version ${version}\n`,
    });
  });
});
