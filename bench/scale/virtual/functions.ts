import type { Context, DynamoDBRecord } from 'aws-lambda';
import scheduledEvent from '../../../events/scheduled.json' with { type: 'json' };
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import type { Seen } from '../../../functions/runtime/run-pass.ts';
import { lambda } from '../latencies.ts';
import { recordOf, type QueuedMessage } from './queue.ts';
import { startProcess, type ProcessorTime, type VirtualProcess } from './process.ts';
import type { VirtualWorld } from './world.ts';

export interface FunctionsOptions {
  /** The most that work on the queue at a time: the trigger's maximum concurrency. */
  readonly workers: number;
  readonly processor: ProcessorTime;
  /** Whether new processes start cold, and workers come as Lambda adds them. Defaults to yes. */
  readonly isLambda?: boolean;
  /** Connections that the scheduled function works on side by side. Defaults to 10. */
  readonly connectionsAtOnce?: number;
  readonly seen: Seen;
}

const timeoutMs = 300_000;
const rampMs = 1000;

/** The deployment's functions: what invokes them, and the processes that they run in. */
export class VirtualFunctions {
  /** Cleared while the queue's function does not run, as when an account has no concurrency left. */
  isQueueServed = true;
  /** Invocations that took longer than a function may. */
  overtime = 0;
  /** What invocations threw. */
  readonly errors: string[] = [];
  /** Invocations that are not over. */
  running = 0;
  readonly #world: VirtualWorld;
  readonly #options: FunctionsOptions;
  readonly #idle: Record<'scheduled' | 'stream' | 'queued', VirtualProcess[]> = {
    scheduled: [],
    stream: [],
    queued: [],
  };
  #workers = 0;
  #busySince = 0;
  #isRamping = false;

  constructor(world: VirtualWorld, options: FunctionsOptions) {
    this.#world = world;
    this.#options = options;
    world.queue.onVisible = () => this.#dispatch();
  }

  /** The schedule's event comes. */
  schedule(): void {
    void this.#invoke('scheduled', ({ scheduled }, context) => scheduled(scheduledEvent, context));
  }

  /** A batch of the stream comes; again while the function fails. */
  async stream(records: DynamoDBRecord[]): Promise<void> {
    await this.#invoke('stream', ({ stream }, context) => stream({ Records: records }, context));
  }

  /** The queue is served again. */
  resume(): void {
    this.isQueueServed = true;
    this.#dispatch();
  }

  /** As many as Lambda has by now: five at first, and so many more each minute that messages wait. */
  #limit(): number {
    const { workers, isLambda = true } = this.#options;
    if (!isLambda) return workers;
    const { first, perMinute } = lambda.ramp;
    const more = ((this.#world.now - this.#busySince) / 60_000) * perMinute;
    return Math.min(workers, first + Math.floor(more));
  }

  #dispatch(): void {
    const { queue, now, scheduler } = this.#world;
    if (!this.isQueueServed) return;
    if (this.#workers === 0) this.#busySince = now;
    while (queue.hasVisible && this.#workers < this.#limit()) {
      const message = queue.receive();
      if (message) void this.#work(message);
    }
    if (!queue.hasVisible || this.#workers >= this.#options.workers || this.#isRamping) return;
    this.#isRamping = true;
    scheduler.after(rampMs, () => {
      this.#isRamping = false;
      this.#dispatch();
    });
  }

  async #work(message: QueuedMessage): Promise<void> {
    const world = this.#world;
    this.#workers += 1;
    await world.call('ReceiveMessage', () => undefined);
    const answer = await this.#invoke('queued', ({ queued }, context) =>
      queued({ Records: [recordOf(message)] }, context),
    );
    this.#workers -= 1;
    if (answer?.batchItemFailures.length === 0) {
      // By the trigger, not by the function: nothing waits for it.
      world.count('DeleteMessage');
      world.queue.delete(message);
    }
    this.#dispatch();
  }

  async #invoke<Result>(
    name: 'scheduled' | 'stream' | 'queued',
    run: (process: VirtualProcess, context: Context) => Promise<Result>,
  ): Promise<Result | undefined> {
    const world = this.#world;
    const { processor, seen, isLambda = true, connectionsAtOnce = 10 } = this.#options;
    this.running += 1;
    let process = this.#idle[name].pop();
    if (!process) {
      process = startProcess(world, processor, seen, connectionsAtOnce);
      if (isLambda) await world.wait(lambda.coldStart.ms);
    }
    world.count(`invoke ${name}`);
    const end = world.now + timeoutMs;
    try {
      return await run(
        process,
        lambdaContext(`trueup-${name}`, () => end - world.now),
      );
    } catch (error) {
      this.errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return undefined;
    } finally {
      if (world.now > end) this.overtime += 1;
      this.running -= 1;
      this.#idle[name].push(process);
    }
  }
}
