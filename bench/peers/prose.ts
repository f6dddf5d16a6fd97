import type { Figures } from './figures.ts';

const number = (value: number) => value.toLocaleString('en');

/** How it is measured. */
export function method({ fleets, latencyMs, slowMs }: Figures): string[] {
  const runs = fleets.map(({ servers, runs: of }) => `${of} at ${number(servers)} servers`);
  return [
    '## Method',
    '',
    `- **Gateway**: a simulator of Barndoor's API, a process of its own on the same machine, that adds ${latencyMs} ms to each request. It has a list in pages of 100 servers, and a GET`,
    '  and a PUT of one server. It never returns a secret. Each tool has an account of its own, with the same servers.',
    '- **Requests at the same time**: ten, for each tool (`concurrency: 10`, `-parallelism=10`). No rate limit delays a request.',
    '- **Fleet**: each server has a name, a slug, an OAuth client id, a secret of its own and two members of metadata (`bench/world/fleet.ts`). 10% of the servers are changed.',
    `- **Runs**: the tools take turns (A, B, C, A, B, C), each time as a new process. Figures are medians. A command runs ${runs.join(', ')}; one that takes longer than ${slowMs / 1000}`,
    '  seconds is not repeated, and the line `runs` shows how often it ran. Secrets are rotated once, in the first fleet.',
    '- **Wall and processor time** are of the whole command with all processes that it starts, by the `time` of bash. **Peak memory** is the highest sum of the resident sets of the',
    '  processes that run at the same time, read from `/proc` every 25 ms. The processes of the simulator, DynamoDB and Secrets Manager are not counted, but run on the same processors.',
    '- **Calls** are counted by the simulators. Those of DynamoDB and Secrets Manager have no added latency.',
    '- **Checks**: a run is an error unless the command exits as it should and an apply of changed declarations sends exactly one PUT for each changed server.',
    '- **×** in a table is the figure divided by that of Trueup.',
  ];
}

/** What each tool does, and what could not be run. */
export function peers(): string[] {
  return [
    '## What each tool does',
    '',
    "- **Trueup** runs as it is packed. It reads the gateway's list, the further pages at the same time. Its declarations and ledger are in DynamoDB and its secrets in Secrets",
    '  Manager. An apply plans twice, once to show the plan and once under the lease, and records each PUT.',
    '- **Bare process**: bundled like Trueup, with the same clients. It reads the connection, its credential and the fingerprint key, all pages of both tables, the list of secrets and',
    "  the gateway's list, and then ends.",
    '- **OpenTofu with `Mastercard/restapi`**, the general provider for REST APIs. OpenTofu refreshes each resource by itself, and this version of the provider makes two GETs for it: one asks',
    '  whether the object exists, one reads it. Declarations and state are local files. `write_returns_object` saves the GET after each PUT. `-refresh=false` would make no calls in a plan, but',
    '  would not look at the gateway. It stores what it read in `api_data` and does not compare it with `data`, so that it sees no drift.',
    '',
    'Not run, because the Go module proxy that the build uses does not serve them. This is what their documentation and source say:',
    '',
    '- **`Mastercard/restapi` 3.0** is written on the Terraform plugin framework and detects drift: a read stores the answer of the gateway as `data`, and the plan compares it with the configuration field by field.',
    '  `ignore_server_additions` leaves out fields that only the gateway has; fields that it never returns, such as a secret, must be named in `ignore_changes_to`. Each object still',
    '  takes a request of its own in each plan, so that the number of calls grows with the fleet. Its read makes one GET, so that a plan makes half the calls of the tables above.',
    "- **Barndoor's own provider** (0.7.0) has a resource for each server, with one GET for each in a plan. It compares the fields that the gateway returns, such as the name, and so sees that drift.",
    '  `client_id`, `client_secret` and `meta` are write-only: changes of them at the gateway are not detected, and a rotated secret is sent when the configuration has the new value. It uses another',
    '  API of Barndoor than the simulator has.',
  ];
}

/** What makes the comparison uneven. */
export function fields(): string[] {
  return [
    '## What to keep in mind',
    '',
    '- Both tools compare what the gateway returns. Trueup also knows which version of a secret it sent, which is why it reads the list of secrets in each plan.',
    '- For OpenTofu, the secrets are values in its configuration and state. With a data source for the secret store, it would read each secret in each plan: further calls, which are not in the table.',
    '- With a faster gateway the ratio of the wall times is nearer to that of the processor times; with a slower one it is nearer to that of the calls.',
    '- The latency of DynamoDB and Secrets Manager is that of a local process. On AWS, a plan of Trueup waits some milliseconds for each page of its tables; the pages of both tables, the',
    '  secrets and the list are read at the same time.',
  ];
}

/** How to run it. */
export function reproduce({ tookMs }: Figures): string[] {
  return [
    '## Run it',
    '',
    'Linux, bash, Node 24 and Go; two idle processors.',
    '',
    '```sh',
    'npm ci',
    'npm run bench:peers',
    '```',
    '',
    `It builds OpenTofu and the provider once (into \`.cache/peers\`, from the Go module proxy) and then takes about ${Math.max(1, Math.round(tookMs / 60_000))} minutes. \`--servers 100,1000 --runs 3,3\` is a smaller run that only prints. A`,
    'run whose load average at the start is higher than the number of processors says so and does not overwrite earlier figures. `--render` writes the page again from the file.',
    '',
    'The figures of every single run, with machine, date and commit, are in [bench/results/benchmark.json](../bench/results/benchmark.json); its type, `Figures`, is in `bench/peers/figures.ts`.',
  ];
}

/** How to compare another tool. */
export function addTool(): string[] {
  return [
    '## Add a tool',
    '',
    'Implement the interface `Peer` of `bench/peers/peer.ts`, as `bench/peers/opentofu.ts` does in about 140 lines, and add it to the list `peers` in `bench/peers/run.ts`. It has three parts:',
    '',
    '1. `manage(account)` writes the configuration and the state of a fleet that is in sync, for an account with a URL, in a folder of its own.',
    '2. `declare` and `passSecrets` change what is declared: other names, other secrets.',
    '3. `command` returns the command line of a plan or an apply with the exit code that it must end with, and `updates` reads from its output how many servers it would update.',
    '',
    'The benchmark runs the commands, counts the calls, and checks what arrived at the gateway. For a gateway of your own, replace the simulator in `bench/world/vendor.ts`: its functions `open`,',
    '`drift`, `secrets` and `calls` are all that the benchmark uses.',
  ];
}
