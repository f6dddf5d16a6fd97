import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { fromItem, toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import type { Writable } from '../../lib/table/table.ts';
import { parseConnection, parseServer } from '../../lib/desired/rules/declarations.ts';
import { checkDocument, rowsOf } from '../../lib/desired/rules/document.ts';
import type { ConnectionDocument } from '../../lib/desired/rules/schema.ts';
import { parseText } from '../../lib/desired/yaml/text.ts';
import { writeYaml } from '../../lib/desired/yaml/write.ts';
import { declarationOptions, documents, mustBeIssue } from './declared.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { notJson, strangeJson } from './strange.ts';

const values = fc.oneof({ weight: 5, arbitrary: strangeJson }, { weight: 1, arbitrary: notJson });

/**
 * Documents with strange values in any place. Either everything that is wrong is said, or the document's rows are valid
 * each by itself, survive the table and YAML, and name no secret or host that they may not.
 */
export const documentFuzzer = (check = checkDocument) =>
  fuzzer({
    name: 'document',
    what: 'documents of a connection: schema, rules, rows, YAML and back',
    inputs: fc.oneof(
      {
        weight: 12,
        arbitrary: fc
          .tuple(documents, editsOf(values))
          .map(([document, edits]) => edited(document, edits)),
      },
      { weight: 1, arbitrary: values },
    ),
    open: async () => {
      const options = declarationOptions();
      return {
        check: (input) => {
          const issues = check(input, options);
          for (const issue of issues) mustBeIssue(issue);
          if (issues.length > 0) return;
          const document = input as ConnectionDocument;
          must(
            isDeepStrictEqual(JSON.parse(JSON.stringify(document)), plain(document)),
            'valid, and no JSON',
          );
          const [connection, ...servers] = rowsOf(document);
          const parsed = parseConnection(connection, options);
          must(parsed.ok, 'the row of a valid document is not valid');
          const table = options.providers.get(connection.provider)?.table;
          must(table !== undefined, 'valid, and of no provider');
          for (const row of servers) {
            const server = parseServer(row, parsed.connection, table, options);
            must(server.ok, 'the row of a valid server is not valid');
          }
          for (const row of [connection, ...servers]) {
            const stored = fromItem(toItem(row as unknown as Record<string, Writable>));
            must(isDeepStrictEqual(plain(stored), plain(row)), 'the table keeps another row');
          }
          const {
            documents: [read],
            problems,
          } = parseText(writeYaml([{ value: document }]));
          must(problems.length === 0, 'a valid document, as YAML, is not read');
          must(
            isDeepStrictEqual(plain(read?.value), plain(document)),
            'YAML gives back another document',
          );
          mustStayInside(document);
        },
      };
    },
  });

/** As JSON has it: one zero, and objects with the usual prototype. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

function mustStayInside({ connection, baseUrl, auth, servers = [] }: ConnectionDocument): void {
  const urls = [baseUrl, ...('tokenUrl' in auth ? [auth.tokenUrl] : [])].map(
    (text) => new URL(text),
  );
  for (const { protocol, hostname } of urls) {
    const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
    must(protocol === 'https:' || loopback, 'plain http beyond loopback');
  }
  const names = JSON.stringify([auth, servers.map(({ spec }) => spec['client_secret'])]).matchAll(
    /"secret":"([^"]*)"/g,
  );
  for (const [, name = ''] of names) {
    must(
      name.startsWith(`trueup/${connection}/`) && !name.includes('..'),
      'a secret of somebody else',
    );
  }
}
