import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { commandList } from '../../lib/cli/command-list.ts';
import { exitCodes } from '../../lib/cli/errors/exit-codes.ts';
import { causes, outcomes } from '../../lib/model/outcome.ts';
import {
  failureReason,
  failureReasons,
  reasonCodes,
} from '../../lib/model/errors/failure-reason.ts';
import { trueupMetrics } from '../../lib/infra/monitoring/metrics.ts';
import { floors } from '../../scripts/rooms.ts';
import { parseLine } from './parse-line.ts';
import { shellCommands, trueupLines } from './shell-lines.ts';

const docs = await Array.fromAsync(glob('docs/**/*.md'));
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs];
const texts = new Map<string, string>();
for (const page of pages) texts.set(page, await readFile(page, 'utf8'));

/** Shell scripts of a page: what stands in its fences of kind `sh`. */
function scripts(text: string): readonly string[] {
  return [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, script = '']) => script);
}

test('what is made from the code is as the code makes it', async () => {
  const check = promisify(execFile)(process.execPath, ['scripts/docs.ts', '--check']);
  const said = await check.catch((error: unknown) => error as { stdout: string });
  expect(said.stdout).toBe('');
});

describe('every line of `trueup` in the documentation is one that it understands', () => {
  const lines = [...texts].flatMap(([page, text]) =>
    scripts(text).flatMap((script) => trueupLines(script).map((words) => [page, words] as const)),
  );

  test('there are many, and every command is among them', () => {
    expect(lines.length).toBeGreaterThan(50);
    const shown = new Set(lines.map(([, [name]]) => name));
    expect(commandList.filter(({ name }) => !shown.has(name)).map(({ name }) => name)).toEqual([]);
  });

  test.each(lines)('%s: %j', async (_page, words) => {
    expect(await parseLine(words)).not.toHaveProperty('wrong');
  });

  test('in the text as well: each `trueup NAME` is a command', () => {
    const known = commandList.flatMap(({ name, alias = name }) => [name, alias]);
    const names = new Set([...known, 'COMMAND']);
    const unknown = [...texts].flatMap(([page, text]) =>
      [...text.matchAll(/`(?:npx )?trueup ([a-z-]+)/gi)]
        .map(([, name = '']) => name)
        .filter((name) => !names.has(name) && !name.startsWith('--'))
        .map((name) => `${page}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  test.each([
    ['plan --nonsense', 'unknown option'],
    ['pln', 'unknown command'],
    ['plan --output xml', 'Allowed choices'],
    ['approve acme', 'missing required argument'],
    ['apply --lock-timeout soon', "argument 'soon' is invalid"],
  ])('a wrong one is found: %s', async (line, wrong) => {
    expect(await parseLine(line.split(' '))).toEqual({ wrong: expect.stringContaining(wrong) });
  });
});

test('every `npm run` names a script', async () => {
  const { scripts: known } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/\bnpm run (?:--silent |-s )?([\w:-]+)/g)].map(
      ([, name = '']) => [page, name] as const,
    ),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(([, name]) => !Object.hasOwn(known, name))).toEqual([]);
});

test('the package has one name and one version, and no page runs `npx` with a name that others may own', async () => {
  const { name, version } = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
  const all = [...texts.values()].join('\n');
  const named = [...all.matchAll(/[\w-]*trueup-\d[\w.]*\.tgz|@[\w-]+\/trueup\b/g)].map(
    ([one]) => one,
  );
  expect(new Set(named)).toEqual(new Set([tarball, name]));
  expect(all).not.toMatch(/npx (?:--\S+ )*@?(?:trueup|[\w-]+\/trueup)\b/);
});

const rowsOf = (page: string, section: string) => {
  const [, after = ''] = (texts.get(page) ?? '').split(`\n## ${section}\n`);
  const [table = ''] = after.split('\n## ');
  return [...table.matchAll(/^\| `(\w+)` /gm)].map(([, word = '']) => word).toSorted();
};

test.each<[string, readonly string[]]>([
  ['Outcomes', outcomes],
  ['Causes', causes],
  ['Reasons', failureReasons],
])('troubleshooting has a row for each of the %s', (section, words) => {
  expect(rowsOf('docs/troubleshooting.md', section)).toEqual(words.toSorted());
});

test('troubleshooting names each code of a failure beside its reason', () => {
  const page = texts.get('docs/troubleshooting.md') ?? '';
  for (const code of reasonCodes) {
    const [row] = page
      .split('\n')
      .filter(
        (line) => line.startsWith(`| \`${failureReason(code)}\``) && line.includes(`\`${code}\``),
      );
    expect([code, row]).toEqual([code, expect.any(String)]);
  }
});

test('the page of metrics names each that a function emits', () => {
  const page = texts.get('docs/metrics.md') ?? '';
  const shown = [...page.matchAll(/`([A-Z]\w+)`/g)].map(([, metric = '']) => metric);
  const families = [/^Servers[A-Z]/, /^Failures[A-Z]/];
  const alone = trueupMetrics.filter((metric) => !families.some((one) => one.test(metric)));
  expect(alone.filter((metric) => !shown.includes(metric))).toEqual([]);
  expect(
    shown.filter(
      (metric) => metric !== 'Trueup' && !(trueupMetrics as readonly string[]).includes(metric),
    ),
  ).toEqual([]);
});

test('every link within the repository leads somewhere', () => {
  const broken = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(resolve(dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** Names of a page's headings, as GitHub and a reader's link spell them. */
function anchors(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const names = [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const again = new Map<string, number>();
  return new Set(
    names.map((name) => {
      const before = again.get(name) ?? 0;
      again.set(name, before + 1);
      return before === 0 ? name : `${name}-${before}`;
    }),
  );
}

test('every link to a section leads to a heading', () => {
  const links = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(
      ([, target = '', anchor = '']) => ({
        link: `${page}: ${target}#${anchor}`,
        found: target === '' ? text : texts.get(join(dirname(page), target)),
        anchor,
      }),
    ),
  );
  expect(links.length).toBeGreaterThan(20);
  const broken = links.filter(({ found = '', anchor }) => !anchors(found).has(anchor));
  expect(broken.map(({ link }) => link)).toEqual([]);
});

/** Paths of this repository in a page's prose: what a program writes between marks is as it was when the program ran. */
function namedPaths(text: string): readonly string[] {
  const prose = text.replaceAll(/<!-- ([\w-]+):begin -->[\s\S]*?<!-- \1:end -->/g, '');
  const folders = 'lib|functions|bin|scripts|test|bench|events|schemas|docs|proof';
  return [...prose.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))].map(
    ([, path = '']) => path,
  );
}

test('every file that a page names exists', () => {
  const gone = [...texts].flatMap(([page, text]) =>
    namedPaths(text)
      // NAME is for a reader to replace.
      .filter((path) => !existsSync(path) && !/\bNAME\b/.test(path))
      .map((path) => `${page}: ${path}`),
  );
  expect(gone).toEqual([]);
  expect(namedPaths(texts.get('docs/architecture.md') ?? '').length).toBeGreaterThan(20);
});

test('the table of rooms has those that the import check knows', () => {
  const [, section = ''] = (texts.get('docs/architecture.md') ?? '').split(/^## Rooms$/m);
  const [table = ''] = section.split('\n\nTwo folders are outside');
  const listed = [...table.matchAll(/^\| `([\w.-]+)\/?` /gm)].map(([, room = '']) => room);
  const known = floors
    .flat()
    .map(({ path }) => path.replace(/^lib\//, ''))
    .filter((room) => !room.includes('/'));
  expect(listed.toSorted()).toEqual(known.toSorted());
});

test('the page of exit codes has those that there are', () => {
  const rows = [...(texts.get('docs/exit-codes.md') ?? '').matchAll(/^\| `(\d+)` /gm)];
  expect(rows.map(([, code]) => Number(code))).toEqual(
    Object.values(exitCodes).toSorted((a, b) => a - b),
  );
});

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: object;
  readonly jobs: Record<
    string,
    {
      readonly if: string;
      readonly permissions: Record<string, string>;
      readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
    }
  >;
}

describe('the workflow of GitHub Actions', () => {
  const read = async () =>
    parse(await readFile('docs/github-actions/trueup.yml', 'utf8')) as Workflow;
  const linesOf = (job: Workflow['jobs'][string] | undefined) =>
    (job?.steps ?? []).flatMap(({ run }) => trueupLines(run ?? ''));

  test('each of its lines is understood, and does what the page says', async () => {
    const { jobs } = await read();
    for (const words of Object.values(jobs).flatMap(linesOf)) {
      expect([words, await parseLine(words)]).toEqual([
        words,
        expect.not.objectContaining({ wrong: expect.anything() }),
      ]);
    }
    const planned = linesOf(jobs['plan']);
    expect(planned.map(([name]) => name)).toEqual(['validate', 'push', 'plan']);
    expect(await parseLine(planned[1] ?? [])).toMatchObject({ options: { dryRun: true } });
    expect(await parseLine(planned[2] ?? [])).toMatchObject({
      options: { stack: '$STACK', file: ['declarations/'], output: 'markdown' },
    });
    const pushed = linesOf(jobs['push']);
    expect(pushed.map(([name]) => name)).toEqual(['push', 'reconcile', 'status']);
    expect(await parseLine(pushed[0] ?? [])).toMatchObject({ options: { stack: '$STACK' } });
  });

  test('runs what changes something on a push only, and no job has more rights than it needs', async () => {
    const { on, permissions, jobs } = await read();
    expect(Object.keys(on)).toEqual(['pull_request', 'push']);
    expect(permissions).toEqual({});
    expect(jobs['plan']?.if).toContain("github.event_name == 'pull_request'");
    expect(jobs['plan']?.if).toContain('head.repo.full_name == github.repository');
    expect(jobs['push']?.if).toBe("github.event_name == 'push'");
    expect(jobs['plan']?.permissions).toEqual({
      contents: 'read',
      'id-token': 'write',
      'pull-requests': 'write',
    });
    expect(jobs['push']?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  test('puts nothing that a pull request can choose into a shell', async () => {
    const { jobs } = await read();
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    const used = runs.flatMap((run) =>
      [...run.matchAll(/\$\{\{(.*?)\}\}/g)].map(([, what]) => what),
    );
    expect(used.map((what) => what?.trim())).toEqual(['github.event.number']);
  });
});

test.each<[string, readonly (readonly string[])[]]>([
  ['a \'b c\' "d e" # f', [['a', 'b c', 'd e']]],
  ['a && b | c > d; e', [['a'], ['b'], ['c'], ['e']]],
  ['a \\\n  b', [['a', 'b']]],
  ['# a', []],
])('a shell reads %j so', (script, commands) => {
  expect(shellCommands(script)).toEqual(commands);
});
