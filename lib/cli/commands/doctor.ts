import { plainText } from '../../core/redact.ts';
import { printable } from '../../core/shown-value.ts';
import { defineCommand } from '../command.ts';
import { check, checkConnection } from '../doctor/checks.ts';
import type { Check } from '../doctor/checks.ts';
import { exitCodes } from '../exit-codes.ts';
import { mapLimited } from '../map-limited.ts';
import { interrupted } from '../plan/make-plans.ts';
import { select } from '../select.ts';

const atOnce = 8;

export const doctor = defineCommand({
  description:
    'Checks what Trueup needs, one line a check, each with its mend: the tables, the fingerprint key, and of every connection its host, token and list call, its declarations, secrets and last pass. Changes nothing.',
  examples: [
    { line: 'trueup doctor --stack trueup-prod', does: 'everything' },
    {
      line: 'trueup doctor acme-barndoor --stack trueup-prod --output json',
      does: 'one connection, for a script',
    },
  ],
  configure: (command) => {
    command.argument('[connection...]', 'connections; all without one');
  },
  run: async (context, operands) => {
    const { output, options, stop } = context;
    const target = await context.target();
    const selections = await select(target, operands);
    const key = await check('fingerprint key', async () => {
      await target.deps.keys();
      return 'readable';
    });
    const found = await mapLimited(selections, atOnce, stop, ({ connection }) =>
      checkConnection(connection, target.deps, stop),
    );
    if (!found) throw interrupted();
    const checks = [key, ...found.flat()];
    if (options.output === 'json') {
      output.result(printable(JSON.stringify({ version: 1, checks }, undefined, 2)));
    } else {
      output.result(checks.map(line).join('\n'));
    }
    return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
  },
});

function line({ what, ok, found, mend }: Check): string {
  const text = `${ok ? 'ok' : 'x '} ${what}: ${found}${mend === undefined ? '' : `; next: ${mend}`}`;
  return plainText(text, 2000);
}
