import { hash } from 'node:crypto';

/** An answer as the SDK read it, with the digest of its bytes; or what is known of an answer of the same bytes. */
export type Answer<Output, Known> =
  { readonly output: Output; readonly digest: string } | { readonly known: Known };

/** What is used here of a command of any of the SDK's clients. */
interface Command {
  readonly middlewareStack: {
    add(look: Middleware, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
  };
}

type Handler = (args: never) => Promise<{ response: unknown }>;
type Middleware = (next: Handler) => Handler;

type Collector = (stream: never) => Promise<Uint8Array>;

/**
 * Sends a command whose answer may be known by its bytes: then the SDK does not decode it, which of a page of a table takes
 * most of the processor time of the call. It was asked for and sent whole all the same.
 *
 * The step stands between the SDK's transport and its decoder. A repeated attempt passes through it again. An error is no
 * answer: its bytes come to the decoder, as nothing is known of them.
 *
 * @param collect - the client's own way to read a body
 * @param known - what is known of the answer that has this digest (SHA-256), if anything
 */
export async function sendUnlessKnown<C extends Command, Output, Known extends object>(
  send: (command: C) => Promise<Output>,
  collect: Collector,
  command: C,
  known: (digest: string) => Known | undefined,
): Promise<Answer<Output, Known>> {
  let digest = '';
  let found: Known | undefined;
  const look: Middleware = (next) => async (args) => {
    const result = await next(args);
    const response = result.response as { body: unknown };
    const bytes = await collect(response.body as never);
    digest = hash('sha256', bytes, 'base64');
    found = known(digest);
    // The decoder takes bytes as well as a stream, and makes nothing of none.
    response.body = found ? new Uint8Array() : bytes;
    return result;
  };
  command.middlewareStack.add(look, { step: 'deserialize', priority: 'low', name: 'knownAnswer' });
  const output = await send(command);
  return found ? { known: found } : { output, digest };
}
