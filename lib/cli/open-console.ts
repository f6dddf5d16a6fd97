import { serveConsole } from '../console/serve.ts';
import type { ServedConsole } from '../console/serve.ts';
import type { ConsoleWorld } from '../console/console.types.ts';
import { openBrowser } from '../sign-in/login/open-browser.ts';
import type { CommandContext } from './context.ts';
import { CliError } from './errors/cli-error.ts';
import { exitCodes } from './errors/exit-codes.ts';

/** How long a console without requests stays open. */
export const idleMs = 3_600_000;

/**
 * Serves a console, prints its address and opens it.
 *
 * @param port - 0 for any free port
 * @throws CliError if the port cannot be used
 */
export async function openConsole(
  { options, output, settings }: Pick<CommandContext, 'options' | 'output' | 'settings'>,
  world: ConsoleWorld,
  { port, browser }: { readonly port: number; readonly browser: boolean },
): Promise<ServedConsole> {
  const served = await serveConsole(world, port).catch(explained);
  if (options.output === 'json') output.data({ version: 1, address: served.address });
  output.note(`The console of ${world.name} is at\n\n  ${served.address}\n`);
  if (browser && !settings.ci) openBrowser(served.address);
  return served;
}

/** The address is a secret, and two have it. */
export function openedTwice(): CliError {
  return new CliError(
    'opened-twice',
    'the address was opened a second time, by another browser or user: the session has ended',
    'run the same command again, and open the new address once',
    { exitCode: exitCodes.failed },
  );
}

function explained(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
  throw new CliError(
    'port',
    code === 'EACCES' ? 'no permission to use the port' : 'the port is in use',
    'pass another port, or omit --port to use a free one',
    { cause: error, exitCode: exitCodes.failed },
  );
}
