/** What somebody does at the address that a login prints. */
export type Visit = (address: URL) => Promise<Response | undefined | void>;

/** The page that they saw in the end. */
export interface SeenPage {
  readonly status: number;
  readonly title: string;
  readonly body: string;
  readonly headers: Headers;
}

/** Somebody with a browser: hears what a login says, and opens the address, as `visit` says. */
export function browser(visit: Visit = (address) => fetch(address)) {
  let said = '';
  let address: URL | undefined;
  let visited: Promise<Response | undefined | void> | undefined;
  return {
    hears: (text: string) => {
      said += text;
      const found = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (address || found === undefined) return;
      address = new URL(found);
      visited = visit(address);
    },
    /** Throws if none was printed. */
    address: (): URL => {
      if (!address) throw new Error(`no address in: ${said}`);
      return address;
    },
    page: async (): Promise<SeenPage> => {
      const response = await visited;
      if (!response) return { status: 0, title: '', body: '', headers: new Headers() };
      const body = await response.text();
      const title = /<title>(.*)<\/title>/.exec(body)?.[1] ?? '';
      return { status: response.status, title, body, headers: response.headers };
    },
  };
}
