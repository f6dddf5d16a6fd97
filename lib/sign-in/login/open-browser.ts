import { spawn } from 'node:child_process';

/**
 * Tries to open an address in the browser, without a shell, which would interpret `&`. Not an error if there is no
 * browser, because the address was printed.
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

/** On Windows `start` is not a program but a shell command. */
const openers: Readonly<Partial<Record<NodeJS.Platform, Opener>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
