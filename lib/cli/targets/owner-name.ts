import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { unknownCaller } from '../../model/text/shown-caller.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { CliSettings } from '../settings.ts';
import type { TargetContext } from '../context.ts';

/** Who holds a lease, for people, and unique. */
export function ownerName({
  command,
  settings,
}: Pick<TargetContext, 'command' | 'settings'>): string {
  const unique = randomUUID().slice(0, 8);
  return `trueup ${command}, process ${process.pid} of ${userAndHost(settings)}, ${unique}`;
}

/** Who calls commands where there is no AWS: user and host. */
export function userAndHost({ user = systemUser() }: Pick<CliSettings, 'user'>): string {
  return plainText(`${user}@${hostname()}`, 128);
}

/** In a container the variables may say nothing, and the user's number may have no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return unknownCaller;
  }
}

/** What all commands on this machine have in common: their clock. */
export function clockName(): string {
  return `machine ${hostname()}`;
}
