import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { unknownCaller } from '../../model/text/shown-caller.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { CliSettings } from '../settings.ts';
import type { TargetContext } from '../context.ts';

/** A readable, unique name for the owner of a lease. */
export function ownerName({
  command,
  settings,
}: Pick<TargetContext, 'command' | 'settings'>): string {
  const unique = randomUUID().slice(0, 8);
  return `trueup ${command}, process ${process.pid} of ${userAndHost(settings)}, ${unique}`;
}

/** The caller of commands without AWS: user and host. */
export function userAndHost({ user = systemUser() }: Pick<CliSettings, 'user'>): string {
  return plainText(`${user}@${hostname()}`, 128);
}

/** In a container the variables may be unset, and the user id may have no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return unknownCaller;
  }
}

/** The name of the clock, which all commands on this machine share. */
export function clockName(): string {
  return `machine ${hostname()}`;
}
