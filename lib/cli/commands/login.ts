import { Option } from 'commander';
import type { Connection } from '../../model/desired.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { StoreError } from '../../model/errors/store-error.ts';
import { storeLogin } from '../../sign-in/store-login.ts';
import type { Login } from '../../sign-in/store-login.ts';
import { CliError, usageError } from '../errors/cli-error.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { openBrowser } from '../../sign-in/login/open-browser.ts';
import { loopbackAddress } from '../../sign-in/login/redirect-address.ts';
import type { RedirectAddress } from '../../sign-in/login/redirect-address.ts';
import { signIn } from '../../sign-in/login/sign-in.ts';
import type { SignedIn, SignIn } from '../../sign-in/login/sign-in.ts';
import { leasePatience } from '../lease-patience.ts';
import { lockTimeout, loopbackUri, milliseconds, portNumber } from '../option-values.ts';
import { readConnection } from '../targets/read-connection.ts';
import { defaults } from '../settings.ts';
import { chosen } from '../targets/chosen.ts';
import { selectConnections } from '../targets/select.ts';
import type { Target } from '../targets/target.ts';

interface LoginOptions {
  readonly browser: boolean;
  readonly port?: number;
  readonly redirectUri?: RedirectAddress;
  readonly timeout: number;
  readonly lockTimeout: number;
}

export const login = defineCommand<LoginOptions>({
  description:
    "Signs in for a connection with auth of type refresh-token, by authorization code with PKCE in the browser; the answer is received on a loopback port. The tokens are stored separately from the connection's secret, and are used until that secret has a new version.",
  examples: [
    {
      line: 'trueup login acme-prod --stack trueup-prod',
      does: 'in the browser of this machine',
    },
    {
      line: 'trueup login acme-prod --stack trueup-prod --no-browser --port 8477',
      does: 'without a browser: after `ssh -L 8477:127.0.0.1:8477`, open what it prints',
    },
  ],
  configure: (command) => {
    command
      .argument('<connection>', 'a declared connection')
      // The default must be explicit: an option that is added after the command was found does not get its own default.
      .option('--no-browser', 'does not open a browser; prints the address to open', true)
      .option('--port <number>', 'port for the answer. Defaults to a free one', portNumber)
      .option(
        '--redirect-uri <url>',
        'a redirect URI that is registered at the provider, such as http://localhost:52765/cb. Defaults to http://127.0.0.1:<port>/callback',
        loopbackUri,
      )
      .addOption(
        new Option('--timeout <time>', 'how long to wait for the answer')
          .argParser(milliseconds)
          .default(300_000, '5m'),
      )
      .addOption(lockTimeout(900_000, '15m'));
  },
  run: async (context, [name = ''], options) => {
    const { output, settings, stop } = context;
    const address = addressOf(options);
    const target = await context.target();
    await selectConnections(target, [name]);
    const { connection, provider } = await readConnection(name, target.deps, []);
    const auth = authOf(connection);
    const place = await placeOf(name, context, target);
    const { deps } = target;
    const { timeout: timeoutMs } = options;
    const request = { connection: name, auth, provider, address, timeoutMs, deps, stop };
    const visit = (url: string) => {
      output.note(`Sign in to ${name} in a browser on this machine, at\n\n  ${url}\n`);
      if (options.browser && !settings.ci) openBrowser(url);
    };
    const onStranger = () => {
      const text = 'warning: rejected an answer to another sign-in; still waiting';
      output.note(output.notePaint(text, 'warn'));
      output.note('next: use the address above, in a new tab');
    };
    const tokens = await signIn({ ...request, visit, onStranger }).catch((error: unknown) => {
      throw stop.aborted ? interrupted() : error;
    });
    await keep(context, target, { connection: name, auth }, tokens, options.lockTimeout);
    if (context.options.output === 'json') output.data({ version: 1, connection: name, place });
    output.note(plainText(`Signed in: the tokens of ${name} are in ${place}.`));
    output.say(`The next pass uses it; \`trueup plan ${name}\` uses it now.`);
    return exitCodes.ok;
  },
});

function addressOf({ port, redirectUri }: LoginOptions): RedirectAddress {
  if (!redirectUri) return loopbackAddress(port);
  if (port === undefined) return redirectUri;
  throw usageError(
    '--port and --redirect-uri cannot be combined',
    'write the port into the redirect URI',
  );
}

function authOf({ name, auth }: Connection): SignIn['auth'] {
  if (auth.type === 'refresh-token') return auth;
  throw usageError(
    `${name} signs in by itself: its auth is of type ${auth.type}`,
    'to sign in as a user, declare auth: { type: refresh-token, tokenUrl, client_id, refresh_token }',
  );
}

/** The place for the tokens. Checked before the user signs in. */
async function placeOf(
  connection: string,
  context: CommandContext,
  { kind, deps: { signIns } }: Target,
): Promise<string> {
  if (kind === 'files' && chosen(context).secrets === undefined) {
    throw usageError(
      'no file to store the tokens in',
      `put {} into ${defaults.secrets} beside the declarations, readable by you alone, or name a file: --secrets FILE`,
    );
  }
  const place = signIns.place(connection);
  await signIns.read(connection);
  return place;
}

async function keep(
  context: CommandContext,
  target: Target,
  place: Pick<Login, 'connection' | 'auth'>,
  { refreshToken, ...access }: SignedIn,
  lockTimeoutMs: number,
): Promise<void> {
  const { connection } = place;
  const patience = leasePatience(lockTimeoutMs, target.deps.clock, context)(connection);
  const again = 'run it again: nothing was stored';
  const by = await target.caller();
  const stored = await storeLogin(
    { ...place, refreshToken, access, by },
    patience,
    target.deps,
  ).catch((error: unknown) => {
    throw explained(error, target, again);
  });
  if (stored.kind === 'stored') return;
  if (context.stop.aborted) throw interrupted();
  throw new CliError(
    'locked',
    `${connection}: ${stored.owner} still holds the lease`,
    `${again}; or wait longer: --lock-timeout 30m`,
  );
}

/** Tokens that could not be saved, with what to do about it here. */
function explained(error: unknown, { kind }: Target, again: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const { code, message } = error;
  if (kind === 'files') {
    return new CliError(code, message, `fix the file of --secrets, and ${again}`, { cause: error });
  }
  const denied = 'sign in with the policy of the output TrueupOperatorPolicyArn; then ';
  return new CliError(code, message, `${code === 'store-denied' ? denied : ''}${again}`, {
    cause: error,
  });
}

/** Ctrl-C before anything was stored. */
function interrupted(): CliError {
  return new CliError('interrupted', 'interrupted; nothing was stored', 'run it again', {
    exitCode: exitCodes.interrupted,
  });
}
