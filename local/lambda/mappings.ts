import { randomUUID } from 'node:crypto';
import { EventSourceMapping, type MappingOptions } from './event-source-mapping.ts';

/** Concurrent invocations of a function without a maximum: as many as a laptop can run. */
export const DEFAULT_CONCURRENCY = 10;

export interface Mapping extends Omit<MappingOptions, 'maximumConcurrency'> {
  /** The function's name on AWS. */
  functionName: string;
  enabled: boolean;
  /** Maximum number of concurrent invocations. `undefined`: no maximum is set. */
  maximumConcurrency: number | undefined;
  /** Called with the number of concurrent invocations before it takes effect. */
  onConcurrency: (concurrency: number) => void;
}

/** The current state of a mapping. */
export interface MappingState
  extends Pick<
    Mapping,
    | 'functionName'
    | 'enabled'
    | 'maximumConcurrency'
    | 'queueArn'
    | 'batchSize'
    | 'batchingWindow'
    | 'reportsItemFailures'
  > {
  uuid: string;
  /** Epoch milliseconds. */
  lastModified: number;
}

/** A change to a mapping. Missing settings stay as they are. */
export interface MappingChange {
  enabled?: boolean | undefined;
  /** `null` removes the maximum. */
  maximumConcurrency?: number | null | undefined;
}

/** All event source mappings. Changes are not kept: the next start reads serverless.yml again. */
export interface Mappings {
  /** Adds a mapping. Call it before `start`. */
  add(mapping: Mapping): void;
  /** Starts polling, with the changes made so far. */
  start(): void;
  list(): MappingState[];
  /** @returns `undefined` if no mapping has this id. */
  update(uuid: string, change: MappingChange): MappingState | undefined;
  /** Stops polling. Resolves when the batches in flight are processed. */
  stop(): Promise<void>;
}

export function createMappings(): Mappings {
  const all = new Map<string, { state: MappingState; options: Mapping; running?: EventSourceMapping }>();

  function concurrencyOf({
    state: { enabled, maximumConcurrency },
    options,
  }: {
    state: MappingState;
    options: Mapping;
  }): number {
    const concurrency = maximumConcurrency ?? DEFAULT_CONCURRENCY;
    options.onConcurrency(concurrency);
    return enabled ? concurrency : 0;
  }

  return {
    add(options) {
      const { functionName, enabled, maximumConcurrency, queueArn, batchSize, batchingWindow } = options;
      const uuid = randomUUID();
      const state = {
        uuid,
        lastModified: Date.now(),
        functionName,
        enabled,
        maximumConcurrency,
        queueArn,
        batchSize,
        batchingWindow,
        reportsItemFailures: options.reportsItemFailures,
      };
      all.set(uuid, { state, options });
    },
    start() {
      for (const mapping of all.values()) {
        const maximumConcurrency = concurrencyOf(mapping);
        mapping.running = new EventSourceMapping({ ...mapping.options, maximumConcurrency });
      }
    },
    list: () => Array.from(all.values(), ({ state }) => ({ ...state })),
    update(uuid, { enabled, maximumConcurrency }) {
      const mapping = all.get(uuid);
      if (!mapping) return undefined;
      const { state } = mapping;
      state.enabled = enabled ?? state.enabled;
      if (maximumConcurrency !== undefined) state.maximumConcurrency = maximumConcurrency ?? undefined;
      state.lastModified = Date.now();
      mapping.running?.resize(concurrencyOf(mapping));
      return { ...state };
    },
    async stop() {
      const running = Array.from(all.values(), (mapping) => mapping.running);
      // Without this, a later change would start the mapping again.
      for (const mapping of all.values()) delete mapping.running;
      await Promise.all(running.map((each) => each?.stop()));
    },
  };
}
