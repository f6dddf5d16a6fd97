import { deadlineOf, runPass } from '../../functions/runtime/run-pass.ts';
import type { PassContext } from '../../functions/runtime/run-pass.ts';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { workQueued } from '../../functions/triggers/queued-work.ts';
import { streamWork } from '../../functions/triggers/stream-work.ts';
import type { Plan } from '../../lib/plan/plan.types.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import { preview } from '../../lib/pass/preview.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';
import type { PassRequest, PassResult } from '../../lib/pass/request.types.ts';
import type { Message } from './message-queue.ts';
import { portsOf } from './ports.ts';
import type { Delivery } from './scenario.types.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

const observability = quietObservability();

/** A process that functions run in, one invocation at a time, its memory kept in between. */
interface Sandbox {
  readonly process: Process;
  readonly deps: Dependencies;
  busy: boolean;
}

const receivesAtMost = 5;
const sandboxesAtMost = 6;

/** The functions, and what asks them for work: each trigger as AWS delivers it, at least once, in no order. */
export class Deployment {
  /** What people at their terminals were shown. */
  readonly shown = new Map<Process, Plan>();
  /** Who of them confirmed it, which approves it. */
  readonly confirmed = new Set<Process>();
  readonly #world: World;
  #sandboxes: Sandbox[] = [];
  /** Work that was given to the functions and is not over. */
  underWay = 0;

  constructor(world: World) {
    this.#world = world;
    world.queue.onSend = (message) => this.#deliverLater(message);
  }

  /** When a trigger comes: once, twice, late, or never. */
  trigger(delivery: Delivery, work: () => void): void {
    const { scheduler } = this.#world;
    const soon = () => scheduler.after(this.#world.latency(200, 1500), work);
    if (delivery === 'lost') return;
    if (delivery === 'late') scheduler.after(this.#world.latency(30_000, 240_000), work);
    else soon();
    if (delivery === 'twice') soon();
  }

  schedule(): void {
    this.#invoke('schedule', async (context, process) => {
      const names = await Array.fromAsync(context.deps.desired.connections());
      await eachLimited(names.toSorted(), 4, async (connection) => {
        const request = { connection, trigger: 'schedule' } as const;
        await this.#pass(context, process, request).catch((error: unknown) =>
          this.#world.failed(process, error),
        );
      });
    });
  }

  /** A record of the stream; delivered again while it fails. */
  record(connection: string, item: string, tries = 10): void {
    const again = () =>
      tries > 0 &&
      this.#world.scheduler.after(this.#world.latency(1000, 5000), () =>
        this.record(connection, item, tries - 1),
      );
    const keys = { connection: { S: connection }, item: { S: item } };
    const { work } = streamWork([{ eventName: 'MODIFY', dynamodb: { Keys: keys } }]);
    const [one] = work;
    if (!one) return;
    const { servers } = one;
    const named = servers && { servers };
    this.#invoke(
      'stream',
      async (context, process) => {
        const isDone =
          servers !== undefined &&
          (await this.#pass(context, process, { connection, trigger: 'stream', ...named }).then(
            () => true,
            (error: unknown) => {
              this.#world.failed(process, error);
              return false;
            },
          ));
        if (isDone) return;
        const dueAt = new Date(context.deps.clock.now()).toISOString();
        const message = { version: 1, connection, ...named, reason: 'stream', dueAt } as const;
        await context.deps.queue.send([{ message }]);
      },
      again,
    );
  }

  /** Somebody at a terminal plans, and applies what is shown. */
  apply(connection: string, id: string | undefined, confirmed: boolean): void {
    const world = this.#world;
    const process = world.newProcess('laptop');
    const deps = portsOf(world, process);
    const servers = id === undefined ? {} : { servers: [id] };
    const request = { connection, trigger: 'cli' as const, ...servers };
    const run = async () => {
      const agreement = {
        approved: confirmed,
        includeReport: confirmed,
        lockTimeoutMs: 90_000,
      };
      const attended = { ...agreement, shown: new Set<string>() };
      const made = await preview({ ...request, attended }, deps);
      this.shown.set(process, made.plan);
      // Meanwhile others go on.
      await deps.clock.sleep(world.latency(0, 20_000));
      await sendAgreed(request, made.plan, made, agreement, deps);
    };
    if (confirmed) this.confirmed.add(process);
    world.note(`${process.name} applies ${connection} ${id ?? ''}`);
    this.underWay += 1;
    this.#start(process, run, () => (this.underWay -= 1));
  }

  /** One pass, or a knock; whoever knocked has nothing more to do with it. */
  async #pass(context: PassContext, process: Process, request: PassRequest): Promise<void> {
    const since = this.#world.now;
    const { kind } = await runPass(context, request);
    if (kind === 'knocked') this.#acknowledged(process, request, since);
  }

  #acknowledged(
    process: Process,
    { connection, servers: ids }: Pick<PassRequest, 'connection' | 'servers'>,
    since: number,
  ): void {
    this.#world.tell({ kind: 'acknowledged', process, connection, ids, since });
  }

  #deliverLater(message: Message): void {
    const { scheduler, now } = this.#world;
    const ms = Math.max(0, message.visibleAt - now) + this.#world.latency(5, 400);
    scheduler.after(ms, () => this.#deliver(message));
  }

  #deliver(message: Message): void {
    const { queue, now, scenario } = this.#world;
    if (!queue.messages.includes(message)) return;
    if (message.visibleAt > now) return this.#deliverLater(message);
    if (message.receives >= receivesAtMost) {
      queue.delete(message);
      queue.dead.push(message);
      return undefined;
    }
    message.receives += 1;
    message.visibleAt = now + 6 * scenario.timeLimit;
    this.#invoke(`message ${message.id}`, async (context, process) => {
      const since = this.#world.now;
      const seen = ({ kind }: PassResult) => {
        if (kind === 'knocked' && message.work) this.#acknowledged(process, message.work, since);
      };
      await workQueued({ ...context, seen }, message.body);
      queue.delete(message);
    });
    return this.#deliverLater(message);
  }

  /** @param failed - the invocation threw, or came to no end */
  #invoke(
    what: string,
    work: (context: PassContext, process: Process) => Promise<void>,
    failed: () => unknown = () => undefined,
  ): void {
    const world = this.#world;
    const sandbox = this.#freeSandbox();
    if (!sandbox) {
      world.scheduler.after(1000, () => this.#invoke(what, work, failed));
      return;
    }
    const { process, deps } = sandbox;
    const { timeLimit } = world.scenario;
    sandbox.busy = true;
    this.underWay += 1;
    world.note(`${process.name} gets ${what}`);
    const limit = world.scheduler.after(timeLimit, () => {
      world.kill(process, 'its time is over');
      ended(true);
    });
    let isOver = false;
    const ended = (hasFailed: boolean) => {
      if (isOver) return;
      isOver = true;
      limit.cancel();
      sandbox.busy = false;
      this.underWay -= 1;
      if (hasFailed) failed();
    };
    const run = async () => {
      const deadline = deadlineOf(process.clock.now(), timeLimit);
      await work({ deps, observability, seen: () => undefined, deadline }, process);
    };
    this.#start(process, run, ended);
  }

  #freeSandbox(): Sandbox | undefined {
    const world = this.#world;
    this.#sandboxes = this.#sandboxes.filter(({ process }) => process.alive);
    const free = this.#sandboxes.filter(
      ({ busy, process }) => !busy && process.frozenUntil <= world.now,
    );
    // Now and then a new one although another is free, as Lambda does.
    if (free[0] && world.random() < 0.8) return free[0];
    if (this.#sandboxes.length >= sandboxesAtMost) return free[0];
    const process = world.newProcess('function');
    const sandbox = { process, deps: portsOf(world, process), busy: false };
    this.#sandboxes.push(sandbox);
    return sandbox;
  }

  #start(process: Process, run: () => Promise<void>, ended: (hasFailed: boolean) => void): void {
    const world = this.#world;
    const wait = world.latency(1, 20);
    let isOver = false;
    const end = (hasFailed: boolean) => {
      if (isOver) return;
      isOver = true;
      ended(hasFailed);
    };
    process.onDeath = () => end(true);
    world.scheduler.after(
      wait,
      () => {
        run().then(
          () => end(false),
          (error: unknown) => {
            world.failed(process, error);
            end(true);
          },
        );
      },
      process,
    );
  }
}
