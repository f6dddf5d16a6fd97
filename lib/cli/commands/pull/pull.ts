import { writeYaml } from '../../../desired/yaml/write.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { interrupted } from '../../errors/cli-error.ts';
import { documentOf } from './document-of.ts';
import { validPart } from './valid-part.ts';
import { selectConnections } from '../../targets/select.ts';

const atOnce = 8;

export const pull = defineCommand({
  description:
    'Writes the declarations as YAML to standard output; pushing them again changes nothing. An invalid row becomes a comment with the reason, and the exit code is 1.',
  examples: [
    { line: 'trueup pull --stack trueup-prod > trueup.yaml', does: 'all connections' },
    {
      line: 'trueup pull acme-prod --stack trueup-prod -o json',
      does: 'one connection as JSON, which is a valid declaration too',
    },
  ],
  configure: (command) => {
    command.argument('[connection...]', 'connections. Defaults to all');
  },
  run: async (context, operands) => {
    const { output, options, stop } = context;
    const { deps, ...target } = await context.target();
    const names = await selectConnections({ deps, ...target }, operands);
    const parts = await mapLimited(names, atOnce, stop, async (connection) =>
      validPart(documentOf(connection, await deps.desired.rows(connection)), deps),
    );
    if (!parts) throw interrupted();
    const documents = parts.map(({ document }) => document);
    if (options.output === 'json') {
      const values = documents.flatMap(({ value }) => (value === undefined ? [] : [value]));
      output.data(values);
    } else {
      output.result(writeYaml(documents));
    }
    const left = parts.flatMap((part) => part.left);
    for (const line of left) output.say(`error: ${line}`, 'error');
    if (left.length === 0) return exitCodes.ok;
    output.say('next: fix these rows before a push with --prune, which would remove them');
    return exitCodes.failed;
  },
});
