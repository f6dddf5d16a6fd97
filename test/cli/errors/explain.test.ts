import { describe, expect, test } from '@jest/globals';
import { glob, readFile } from 'node:fs/promises';
import { commandList } from '../../../lib/cli/command-list.ts';
import { CliError, InvalidFilesError, usageError } from '../../../lib/cli/errors/cli-error.ts';
import { explain } from '../../../lib/cli/errors/explain.ts';
import { namesCommand } from '../../../lib/cli/errors/steps.ts';
import { InvalidDeclarationError, TrueupError } from '../../../lib/model/errors/errors.ts';
import { fileProblem } from '../../../lib/model/errors/file-problem.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { VendorError } from '../../../lib/model/errors/vendor-error.ts';
import type {
  VendorErrorKind,
  VendorErrorOptions,
  VendorOperation,
} from '../../../lib/model/errors/vendor-error.ts';
import { SignInError } from '../../../lib/sign-in/login/sign-in-error.ts';
import { storeError } from '../../../lib/table/store-errors.ts';

const calls: Readonly<Record<VendorOperation, string>> = {
  list: 'GET /servers',
  get: 'GET /servers/a',
  put: 'PUT /servers/a',
  create: 'POST /servers',
  delete: 'DELETE /servers/a',
  token: 'POST /oauth/token',
};

const vendor = (
  kind: VendorErrorKind,
  operation: VendorOperation,
  message: string,
  options: VendorErrorOptions = {},
) =>
  new VendorError(kind, operation, message, {
    ...options,
    context: { connection: 'acme', call: calls[operation] },
  });

const answered = (operation: VendorOperation, status: number, message = 'its reason') =>
  vendor('status', operation, message, { status });

const issuer = (vendorCode: string, status = 400) =>
  vendor('token', 'token', `${vendorCode}: its reason`, { status, vendorCode });

const table = { call: 'DynamoDB Query', store: 'Desired' };
const aws = (name: string, message: string) =>
  storeError(Object.assign(new Error(message), { name }), table);

/** What went wrong, and what a person reads of it. */
const errors: readonly (readonly [error: unknown, problem: string, next: string])[] = [
  [
    answered('list', 401),
    'acme: GET /servers answered HTTP 401: its reason',
    'the gateway does not accept the token: put a valid one into the secret that `auth` names',
  ],
  [
    answered('list', 403, 'HTTP 403 without a reason'),
    'acme: GET /servers answered HTTP 403 without a reason',
    'give the account of this token permission to list and update servers at the gateway',
  ],
  [
    answered('put', 403),
    'acme: PUT /servers/a answered HTTP 403: its reason',
    'give the account of this token permission to read and update this server at the gateway',
  ],
  [
    answered('list', 404),
    'acme: GET /servers answered HTTP 404: its reason',
    'check the path in baseUrl: the API is not there',
  ],
  [
    answered('get', 404),
    'acme: GET /servers/a answered HTTP 404: its reason',
    'declare the id that the server has now, or remove the server from the declaration',
  ],
  [
    answered('put', 409),
    'acme: PUT /servers/a answered HTTP 409: its reason',
    'declare a value that no other server has, or change the other server first',
  ],
  [
    answered('put', 422),
    'acme: PUT /servers/a answered HTTP 422: its reason',
    "correct the declaration: the gateway's message above shows what is wrong",
  ],
  [
    answered('list', 400),
    'acme: GET /servers answered HTTP 400: its reason',
    "check baseUrl, and the gateway's message above",
  ],
  [
    answered('list', 429),
    'acme: GET /servers answered HTTP 429: its reason',
    'wait a minute; if it continues, lower budget.requestsPerMinute',
  ],
  [
    answered('list', 503),
    'acme: GET /servers answered HTTP 503: its reason',
    'try again later; if it continues, look at the status page of the gateway',
  ],
  [
    vendor('body', 'list', 'HTTP 200 with an HTML page', { fault: 'html' }),
    'acme: GET /servers answered HTTP 200 with an HTML page',
    'check that baseUrl is the address of the API, not of the web site; a proxy or its sign-in page answers like this too',
  ],
  [
    vendor('body', 'list', 'HTTP 200 with an encoding that was not requested: gzip', {
      fault: 'encoding',
    }),
    'acme: GET /servers answered HTTP 200 with an encoding that was not requested: gzip',
    'configure the proxy in between to forward `accept-encoding: identity`: answers must not be compressed',
  ],
  [
    vendor('body', 'list', 'the answer is larger than 32 MB', { fault: 'size' }),
    'acme: GET /servers: the answer is larger than 32 MB',
    'split the account: Trueup reads at most 200,000 servers and 256 MB per list, and 32 MB per answer',
  ],
  [
    new VendorError('body', 'list', 'the list repeats a page (at 2)', {
      context: { connection: 'acme' },
      fault: 'repeated',
    }),
    'acme: the list repeats a page (at 2)',
    'try again; if it continues, report it to the vendor: its list does not end, so nothing is changed',
  ],
  [
    vendor('body', 'list', 'the list lacks 12 of 20 servers', { fault: 'lacking' }),
    'acme: GET /servers: the list lacks 12 of 20 servers',
    'if these servers are gone, remove them from the declaration; if not, give the account of this token permission to see them',
  ],
  [
    vendor('body', 'get', 'HTTP 200 with no body'),
    'acme: GET /servers/a answered HTTP 200 with no body',
    'check that baseUrl is the address of the API; if it is, report the answer to the vendor',
  ],
  [
    vendor('body', 'list', 'quota', { status: 200 }),
    'acme: GET /servers answered HTTP 200: quota',
    "see the gateway's message above",
  ],
  [
    vendor('upstream', 'put', 'its reason', { status: 502 }),
    'acme: PUT /servers/a answered HTTP 502: its reason',
    'check the MCP server behind the gateway: its address, and whether it accepts the credential',
  ],
  [
    vendor('conflict', 'put', 'the alias is taken', { status: 400 }),
    'acme: PUT /servers/a answered HTTP 400: the alias is taken',
    'declare a value that no other server has, or change the other server first',
  ],
  [
    vendor('timeout', 'put', 'no answer within 15 s'),
    'acme: PUT /servers/a: no answer within 15 s',
    'try again; if it continues, look at the status page of the gateway',
  ],
  [
    vendor('no-route', 'list', 'no connection (ECONNREFUSED)'),
    'acme: GET /servers: no connection (ECONNREFUSED)',
    'check baseUrl and the network',
  ],
  [
    vendor('tls', 'list', 'no secure connection (CERT_HAS_EXPIRED)'),
    'acme: GET /servers: no secure connection (CERT_HAS_EXPIRED)',
    'check baseUrl; a proxy may have replaced the certificate',
  ],
  [
    vendor('redirect', 'list', 'HTTP 302 to www.example.com: not followed', { status: 302 }),
    'acme: GET /servers answered HTTP 302 to www.example.com: not followed',
    'set baseUrl to the address that it redirects to',
  ],
  [
    vendor('host', 'list', 'example.com is not among the allowed hosts'),
    'acme: GET /servers: example.com is not among the allowed hosts',
    'check baseUrl: credentials are sent to that host. If it is right, allow it',
  ],
  [
    vendor('aborted', 'list', 'the pass ended'),
    'acme: GET /servers: the pass ended',
    'run it again',
  ],
  [
    issuer('invalid_client', 401),
    'acme: POST /oauth/token answered HTTP 401: invalid_client: its reason',
    'check client_id in `auth`, and that the secret that `auth` names has the client secret of this client',
  ],
  [
    issuer('unauthorized_client'),
    'acme: POST /oauth/token answered HTTP 400: unauthorized_client: its reason',
    "allow this client's grant at the issuer: client credentials or refresh tokens",
  ],
  [
    issuer('invalid_scope'),
    'acme: POST /oauth/token answered HTTP 400: invalid_scope: its reason',
    'check `audience` and `scope` in `auth`: the client must be allowed to use them',
  ],
  [
    issuer('invalid_target'),
    'acme: POST /oauth/token answered HTTP 400: invalid_target: its reason',
    'check `audience` in `auth`: the client must be allowed to use it',
  ],
  [
    issuer('constructor'),
    'acme: POST /oauth/token answered HTTP 400: constructor: its reason',
    'check client_id and tokenUrl in `auth`, and the secret that `auth` names, by what the issuer says above',
  ],
  [
    vendor('needs-login', 'token', 'invalid_grant: its reason', { status: 400 }),
    'acme: POST /oauth/token answered HTTP 400: invalid_grant: its reason',
    '`trueup login acme`',
  ],
  [
    answered('token', 404),
    'acme: POST /oauth/token answered HTTP 404: its reason',
    'check the path in tokenUrl',
  ],
  [
    answered('token', 503),
    'acme: POST /oauth/token answered HTTP 503: its reason',
    'try again later; if it continues, look at the status page of the issuer',
  ],
  [
    vendor('body', 'token', 'HTTP 200 with an HTML page', { fault: 'html' }),
    'acme: POST /oauth/token answered HTTP 200 with an HTML page',
    'check that tokenUrl is the address of the token endpoint, not of a web site',
  ],
  [
    vendor('no-route', 'token', 'no connection (ECONNREFUSED)'),
    'acme: POST /oauth/token: no connection (ECONNREFUSED)',
    'check tokenUrl and the network',
  ],
  [
    vendor('cut', 'token', 'the connection broke (ECONNRESET)'),
    'acme: POST /oauth/token: the connection broke (ECONNRESET)',
    'try again; if it continues, look at the status page of the issuer',
  ],
  [
    new VendorError('token', 'token', "secret trueup/acme/crm has no key 'token'; it has none", {
      context: { connection: 'acme' },
    }),
    "acme: secret trueup/acme/crm has no key 'token'; it has none",
    'give the secret that `auth` names a valid value; `trueup doctor acme` checks each secret without showing it',
  ],
  [
    new VendorError('needs-login', 'token', 'it has ended'),
    'it has ended',
    '`trueup login CONNECTION`',
  ],
  [
    aws('Error', 'Region is missing'),
    'DynamoDB Query (Desired): no AWS region is set',
    'pass --region REGION, or set the variable AWS_REGION',
  ],
  [
    aws('ResourceNotFoundException', 'Requested resource not found'),
    'DynamoDB Query (Desired): ResourceNotFoundException: Requested resource not found',
    'check the name, and pass the right --region and --profile',
  ],
  [
    aws('AccessDeniedException', 'User: kim is not authorized'),
    'DynamoDB Query (Desired): AccessDeniedException: User: kim is not authorized',
    'sign in to AWS (--profile NAME, --region REGION), with the policy of the stack output TrueupOperatorPolicyArn',
  ],
  [
    aws('ThrottlingException', 'Rate exceeded'),
    'DynamoDB Query (Desired): ThrottlingException: Rate exceeded',
    'try again in a minute',
  ],
  [
    aws('ECONNREFUSED', 'no route'),
    'DynamoDB Query (Desired): ECONNREFUSED: no route',
    'check the network, and --region',
  ],
  [
    aws('InternalServerError', 'oops'),
    'DynamoDB Query (Desired): InternalServerError: oops',
    '`trueup doctor` checks credentials, tables and connections one by one',
  ],
  [
    fileProblem('store-denied', 'secrets.json', 'can be read by others'),
    'secrets.json can be read by others',
    'make it accessible only to you: chmod 600 for a file, in a folder that you can write to',
  ],
  [
    fileProblem('store-absent', 'secrets.json', 'does not exist'),
    'secrets.json does not exist',
    'check the path; a secrets file is a JSON object from name to secret',
  ],
  [
    fileProblem('store-malformed', 'secrets.json', 'is not JSON'),
    'secrets.json is not JSON',
    'fix it or restore a backup; a secrets file is a JSON object from name to secret',
  ],
  [
    fileProblem('store-busy', 'secrets.json', 'is being written'),
    'secrets.json is being written',
    'wait until the other command has finished',
  ],
  [
    fileProblem('store-too-large', 'secrets.json', 'is larger than 1 MB'),
    'secrets.json is larger than 1 MB',
    'split it, or remove what is not needed',
  ],
  [
    fileProblem('store-failed', 'state.db', 'could not be written: ENOSPC'),
    'state.db could not be written: ENOSPC',
    'check the disk and the path; --state DIR names another folder',
  ],
  [
    new TrueupError('bad-digest', 'that is not a digest', { context: { connection: 'acme' } }),
    'that is not a digest',
    '`trueup status acme` shows the digests of held plans',
  ],
  [
    new TrueupError('not-held', 'nothing of it is held', { context: { connection: 'acme' } }),
    'nothing of it is held',
    '`trueup plan acme` shows the current digest; only the digest of a whole connection can be approved',
  ],
  [
    new TrueupError('lease-lost', 'the lease was lost'),
    'the lease was lost',
    'run it again: another process has taken over this connection',
  ],
  [
    new InvalidDeclarationError(
      'connection acme',
      [{ path: '/baseUrl', problem: 'is missing', expected: 'must be a URL' }],
      { connection: 'acme' },
    ),
    'connection acme is not valid: /baseUrl: is missing; must be a URL',
    'fix it; `trueup validate FILE` shows everything at once, with its place',
  ],
  [
    new InvalidFilesError(['trueup.yaml:1:1 (root): is empty; must have a connection']),
    'the declarations are not valid: trueup.yaml:1:1 (root): is empty; must have a connection',
    'fix them; `trueup validate` checks without any network',
  ],
  [
    new SignInError('code', 'acme: no sign-in in time', 'run it again'),
    'acme: no sign-in in time',
    'run it again',
  ],
  [usageError('no target', 'pass --stack NAME'), 'no target', 'pass --stack NAME'],
  [new Error('boom'), 'boom', 'this is an unexpected error; please report it'],
];

describe('an error says what happened, and what to do next', () => {
  test.each(errors.map(([error, problem, next]) => [problem, next, error] as const))(
    '%s -> %s',
    (problem, next, error) => {
      const found = explain(error);
      expect(found).toMatchObject({ problem, next });
      expect(found.lines[0]).toMatch(/^error: /);
      expect(found.lines.some((line) => line.startsWith('next: '))).toBe(true);
      expect(found.lines.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test.each([40, 60, 80, 160])('of a declaration that is not valid, in %i columns', (columns) => {
    const problem = `has one part that is long, ${'and another one '.repeat(10)}and an end`;
    const error = new InvalidDeclarationError('connection acme', [
      { path: '/spec/name', problem, expected: 'must be shorter' },
    ]);
    const { lines } = explain(error, { columns });
    const details = lines.filter((line) => line.startsWith('  '));
    expect(Math.max(...details.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(details.map((line) => line.trim()).join(' ')).toContain('/spec/name: has one part');
    expect(details[0]?.length).toBeGreaterThan(columns - 20);
  });

  test.each(['boom', undefined, null])('of what is not even an error: %p', (error) => {
    const { lines, exitCode } = explain(error);
    expect(lines.at(-1)).toMatch(/^next: /);
    expect(exitCode).toBe(1);
  });

  test('of a file, nothing about AWS', () => {
    for (const [error, , next] of errors) {
      const isOfFile = error instanceof StoreError && 'path' in error.context;
      if (isOfFile) expect(next).not.toMatch(/AWS|--profile|--region|doctor/);
    }
  });

  test('is written wherever the command line prints an error by itself', async () => {
    const bare: string[] = [];
    for await (const file of glob('lib/cli/**/*.ts')) {
      const text = await readFile(file, 'utf8');
      if (/['`]error: /.test(text) && !/['`]next: /.test(text)) bare.push(file);
    }
    expect(bare).toEqual([]);
  });
});

describe('a next step never names the command that has just failed', () => {
  const names = commandList.map(({ name }) => name);

  test.each(names)('%s, whatever the error', (command) => {
    const own = new CliError('own', 'it failed', `\`trueup ${command} CONNECTION\` shows it`);
    for (const error of [own, ...errors.map(([one]) => one)]) {
      const { next } = explain(error, { command });
      expect(next).toMatch(/\w{3}/);
      expect(namesCommand(next, command)).toBe(false);
    }
  });

  test('but may name one whose name begins like it', () => {
    expect(namesCommand('`trueup pull-all`', 'pull')).toBe(false);
    expect(namesCommand('`trueup pull acme`', 'pull')).toBe(true);
  });

  test.each(names)('%s, in the texts of its own files', async (command) => {
    const texts: string[] = [];
    for await (const file of glob(`lib/cli/commands/{${command},${command}/*}.ts`)) {
      const source = await readFile(file, 'utf8');
      const steps = source.matchAll(/(?:next: |Error\([^;]*?\bfix\b).*/g);
      texts.push(...steps.map(([line]) => line));
    }
    expect(texts.filter((text) => namesCommand(text, command))).toEqual([]);
  });
});
