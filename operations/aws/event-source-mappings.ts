import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { withServiceErrors } from '../../lib/errors.ts';

/** What polls a queue for a function. */
export interface EventSourceMapping {
  id: string;
  queueName: string;
  enabled: boolean;
  /** Invocations at once; null where none is set. */
  maximumConcurrency: number | null;
  batchSize: number;
}

/** What is to change; what is left out stays. */
export interface MappingUpdate {
  maximumConcurrency?: number | undefined;
  enabled?: boolean | undefined;
}

/** Event source mappings as operators need them. Methods throw `ServiceError`. */
export interface EventSourceMappings {
  /** @param functionName as on AWS */
  list(functionName: string): Promise<EventSourceMapping[]>;
  /** Lambda takes up to a minute to follow: it answers once the update has begun. */
  update(id: string, update: MappingUpdate): Promise<void>;
}

export function createEventSourceMappings(client: LambdaClient): EventSourceMappings {
  async function list(functionName: string): Promise<EventSourceMapping[]> {
    const mappings: EventSourceMapping[] = [];
    for await (const page of paginateListEventSourceMappings({ client }, { FunctionName: functionName }))
      mappings.push(...(page.EventSourceMappings ?? []).map(toMapping));
    return mappings;
  }

  return {
    list: (functionName) => withServiceErrors('ListEventSourceMappings', list(functionName)),
    async update(id, { maximumConcurrency, enabled }) {
      const command = new UpdateEventSourceMappingCommand({
        UUID: id,
        ...(enabled !== undefined && { Enabled: enabled }),
        ...(maximumConcurrency !== undefined && {
          ScalingConfig: { MaximumConcurrency: maximumConcurrency },
        }),
      });
      await withServiceErrors('UpdateEventSourceMapping', client.send(command));
    },
  };
}

const toMapping = ({
  UUID = '',
  EventSourceArn = '',
  State = '',
  ScalingConfig,
  BatchSize = 0,
}: EventSourceMappingConfiguration): EventSourceMapping => ({
  id: UUID,
  queueName: EventSourceArn.split(':').at(-1) ?? '',
  // Besides these two there are states on the way to being enabled.
  enabled: State !== 'Disabled' && State !== 'Disabling',
  maximumConcurrency: ScalingConfig?.MaximumConcurrency ?? null,
  batchSize: BatchSize,
});
