import { spawn } from 'node:child_process';

/**
 * Tries to open an address in the browser, without a shell: `&` in it would be a command. That there is no browser is no
 * failure, since the address was printed.
 */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): void {
  const [command, ...options] = openers[platform] ?? ['xdg-open'];
  try {
    const child = spawn(command, [...options, url], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    child.unref();
  } catch {
    // as above
  }
}

type Opener = readonly [command: string, ...options: string[]];

/** Windows' own `start` is no program but a word of its shell. */
const openers: Readonly<Partial<Record<NodeJS.Platform, Opener>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
