import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { EventSourceMapping, type MappingOptions } from './event-source-mapping.ts';

/** Invocations at once of a function where no maximum is set: as many as a laptop bears. */
export const DEFAULT_CONCURRENCY = 10;

/** A mapping as it is set up. */
export interface Mapping extends Omit<MappingOptions, 'maximumConcurrency'> {
  /** As on AWS. */
  functionName: string;
  enabled: boolean;
  /** Invocations at once; undefined where none is set. */
  maximumConcurrency: number | undefined;
  /** Told how many invocations there may be at once, before there are. */
  onConcurrency: (concurrency: number) => void;
}

/** A mapping as it is now; times in epoch ms. */
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
  lastModified: number;
}

/** What may be changed while it runs; what is left out stays, null takes the maximum away. */
export interface MappingChange {
  enabled?: boolean | undefined;
  maximumConcurrency?: number | null | undefined;
}

/** All mappings. What is changed lasts until the end: the next start reads serverless.yml again. */
export interface Mappings {
  /** To be called before `start`. */
  add(mapping: Mapping): void;
  /** Begins to poll, with what has been changed until then. */
  start(): void;
  list(): MappingState[];
  /** @returns undefined where there is none of that id */
  update(uuid: string, change: MappingChange): MappingState | undefined;
  /** Stops polling; resolves when the batches in hand are dealt with. */
  stop(): Promise<void>;
}

export function createMappings(sqs: SQSClient): Mappings {
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
        mapping.running = new EventSourceMapping(sqs, { ...mapping.options, maximumConcurrency });
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
      // A change from now on would start it again.
      for (const mapping of all.values()) delete mapping.running;
      await Promise.all(running.map((each) => each?.stop()));
    },
  };
}
