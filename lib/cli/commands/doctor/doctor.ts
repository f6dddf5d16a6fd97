import { plainText } from '../../../model/text/plain-text.ts';
import type { Paint } from '../../../model/text/paint.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { wrap } from '../../../model/text/wrap.ts';
import { defineCommand } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import type { Check } from './check.ts';
import { check, isWell, unwell } from './check.ts';
import { clockCheck } from './clock.ts';
import { connectionChecks } from './connection.ts';
import { generalChecks } from './general.ts';
import { sharedChecks } from './shared.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { completed } from '../../next-command.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { interrupted } from '../../errors/cli-error.ts';
import { StoreError } from '../../../model/errors/store-error.ts';
import { selectConnections } from '../../targets/select.ts';
import type { Target } from '../../targets/target.ts';

const atOnce = 8;

export const doctor = defineCommand({
  description:
    'Checks everything that Trueup needs, and prints one line for each check, with a fix if it failed: credentials, tables, permissions, the fingerprint key, the clock; and for each connection its declaration, hosts, secrets, token, list call, the answer for an unknown server, and the last pass. Changes nothing, and shows no secrets.',
  examples: [
    { line: 'trueup doctor --stack trueup-prod', does: 'everything' },
    {
      line: 'trueup doctor acme-prod --stack trueup-prod -o json',
      does: 'one connection, for a script',
    },
  ],
  configure: (command) => {
    command.argument('[connection...]', 'connections. Defaults to all');
  },
  run: async (context, operands) => {
    const { next, output, options } = context;
    const found = await examine(context, operands);
    const checks = found.map((one) => ({
      ...one,
      ...(one.fix !== undefined && { fix: completed(one.fix, next) }),
    }));
    if (options.output === 'json') {
      output.data({ version: 1, checks });
    } else {
      output.result(checks.flatMap((one) => lines(one, output.paint)).join('\n'));
      output.note(summary(checks, output.notePaint));
    }
    return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
  },
});

async function examine(
  context: CommandContext,
  operands: readonly string[],
): Promise<readonly Check[]> {
  const { output, stop } = context;
  const target = await open(context);
  if ('what' in target) return [target];
  output.progress('checking what all connections need');
  const { checks: general, isReadable } = await generalChecks(target);
  if (!isReadable) return general;
  const names = await namesOf(target, operands);
  if (names.length === 0) return [...general, noConnection(target)];
  let done = 0;
  const found = await mapLimited(names, atOnce, stop, async (connection) => {
    output.progress(`checking connections: ${done} of ${names.length}`);
    const checks = await connectionChecks(connection, target, stop);
    done += 1;
    return checks;
  });
  output.progress('');
  if (!found) throw interrupted();
  const { aws, vendorDates } = target.diagnosis;
  const { marginMs } = target.deps.settings;
  const clock = await check('clock', async () =>
    clockCheck(aws ? await aws.dates() : vendorDates, marginMs),
  );
  const shared = await sharedChecks(target, await target.connections(), stop);
  return [...general, clock, ...found.flat(), ...shared];
}

/** The target, or why it cannot be opened, unless that is a mistake in the command line or the files. */
async function open(context: CommandContext): Promise<Target | Check> {
  try {
    return await context.target();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return check('deployment', async () => {
      throw error;
    });
  }
}

async function namesOf(target: Target, operands: readonly string[]): Promise<readonly string[]> {
  if (operands.length === 0) return target.connections();
  return selectConnections(target, operands);
}

function noConnection({ writer }: Target): Check {
  const fix = writer ? '`trueup push FILE` writes declarations' : '`trueup init` writes one';
  return unwell('connections', 'none is declared', fix);
}

/** A line for the finding, and one below for its fix, wrapped with indentation. */
function lines({ what, found, fix, ...one }: Check, paint: Paint): readonly string[] {
  const [sign, style] = isWell({ what, found, ...one })
    ? (['ok', 'add'] as const)
    : one.ok
      ? (['- ', 'quiet'] as const)
      : (['x ', 'error'] as const);
  const text = plainText(`${what}: ${found}`, mostCharacters);
  const [first = '', ...rest] = wrap(text, '      ', '   ', paint.columns);
  return [
    paint(sign, style) + first.slice(sign.length),
    ...rest,
    ...(fix === undefined
      ? []
      : wrap(plainText(`next: ${fix}`, mostCharacters), '      ', '   ', paint.columns)),
  ];
}

const mostCharacters = 2000;

function summary(checks: readonly Check[], paint: Paint): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  const all = counted(checks.length, 'check');
  return failed === 0 ? `${all}: all passed.` : paint(`${failed} of ${all} failed.`, 'error');
}
