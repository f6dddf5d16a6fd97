import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandList } from '../../../lib/cli/command-list.ts';
import { widthOf } from '../../../lib/cli/output/output.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';
import type { RunOptions } from '../run.ts';

/* What a person reads fits the terminal, however wide it is, and no word of it is broken. */

const [a = '', b = '', c = '', gone = ''] = serverIds(4);

/** Where there is no terminal, 80. */
const places: readonly (readonly [name: string, width: number, where: RunOptions])[] = [
  ['a terminal of 60 columns', 60, { terminal: true, columns: 60 }],
  ['a terminal of 80 columns', 80, { terminal: true, columns: 80 }],
  ['a terminal of 160 columns', 160, { terminal: true, columns: 160 }],
  ['a terminal that does not know its width', 80, { terminal: true, columns: 0 }],
  ['no terminal', 80, {}],
];

const plain = { NO_COLOR: '1' };

/** Command lines to be copied, and values in quotes, are left whole. */
const isWhole = (line: string) => /^ *(?:trueup |# |next: |held: |-> "|[+-] ")|`trueup /.test(line);

function expectToFit(text: string, width: number): void {
  const wide = text.split('\n').filter((line) => line.length > width && !isWhole(line));
  expect(wide).toEqual([]);
}

/** Without the `\\` after which a command continues on the next line. */
const wordsOf = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '\\')
    .toSorted();

test.each([
  [{ isTTY: true, columns: 60 }, 60],
  [{ isTTY: true, columns: 10 }, 40],
  [{ isTTY: true }, 80],
  [{ isTTY: true, columns: 0 }, 80],
  [{ isTTY: false, columns: 160 }, 80],
])('of %j lines are %d wide', (sink, width) => {
  expect(widthOf({ write: () => undefined, ...sink })).toBe(width);
});

describe.each(places)('on %s', (_, width, where) => {
  test.each(['--help', ...commandList.map(({ name }) => `${name} --help`)])(
    '`trueup %s` fits',
    async (line) => {
      const { stdout } = await trueup(line.split(' '), { environment: plain, ...where });
      expectToFit(stdout, width);
      const narrow = await trueup(line.split(' '), { environment: plain });
      expect(wordsOf(stdout)).toEqual(wordsOf(narrow.stdout));
    },
  );

  test('an error fits', async () => {
    const environment = { ...plain, TRUEUP_FILE: 'a.yaml', TRUEUP_STACK: 'trueup-production' };
    for (const argv of [['plan'], ['pln'], ['plan', '--deteiled-exitcode'], ['plan', '-o', 'x']]) {
      const { stderr } = await trueup(argv, { environment, ...where });
      expectToFit(stderr, width);
      const narrow = await trueup(argv, { environment });
      expect(wordsOf(stderr)).toEqual(wordsOf(narrow.stderr));
    }
  });
});

describe('plan, apply, status and doctor', () => {
  let world: TestWorld;

  beforeAll(async () => {
    const servers = [a, b, c].map((id) => ({
      id,
      name: 'A name that says what the server is for',
    }));
    world = await startWorld({ servers });
    await world.secrets.write(`trueup/${connection}/client-of-the-second-server`, 'a-secret');
    await world.declareConnection({ policy: { limits: { minimum: 1, updates: '10%' } } });
    await world.declare(
      { id: a, label: 'first-with-a-long-label-of-its-own', spec: { name: 'Another name for it' } },
      {
        id: b,
        label: 'second',
        policy: { mode: 'correct' },
        spec: { client_secret: { secret: `trueup/${connection}/client-of-the-second-server` } },
      },
      { id: c, policy: { mode: 'correct' }, spec: { name: 'Third', meta: { team: 'sales' } } },
      { id: gone, label: 'gone', spec: { name: 'Gone' } },
    );
    await onTables(world, world.clock).run([
      'pause',
      `${connection}/first-with-a-long-label-of-its-own`,
    ]);
    await onTables(world, world.clock).run(['apply', '--yes']);
  });

  afterAll(() => world.close());

  test.each(['plan', 'apply --yes', 'status', `status ${connection}`, 'doctor'])(
    '%s: the same words in each width, in lines that fit',
    async (line) => {
      const { options, run } = onTables(world, world.clock);
      const environment = { ...options.environment, ...plain };
      const shown: (readonly string[])[] = [];
      for (const [, width, where] of places) {
        const { stdout, stderr } = await run(line.split(' '), { environment, ...where });
        expectToFit(stdout, width);
        expectToFit(stderr.replaceAll(/.*\r/g, ''), width);
        shown.push(wordsOf(stdout.replaceAll(/\d+\.\d s/g, '')));
      }
      for (const words of shown) expect(words).toEqual(shown[0]);
    },
  );
});
