import type { EventCounts, PipelineCounts } from '../../local/start/pipeline-counts.ts';
import type { StoredRows } from '../../local/start/stored-rows.ts';

/** Counts of a pipeline that nothing has happened in, but for what is given. */
export function pipelineCounts(given: Partial<PipelineCounts> = {}): PipelineCounts {
  return {
    carriedOver: 0,
    received: 0,
    waiting: 0,
    inFlight: 0,
    files: 0,
    confirmed: 0,
    repeated: 0,
    duplicates: 0,
    redelivered: 0,
    deadLettered: 0,
    deadLetteredFiles: 0,
    stores: {},
    others: {},
    stored: undefined,
    failures: 0,
    troubles: 0,
    ...given,
  };
}

/** Counts of a queue behind the topic that nothing has happened in, but for what is given. */
export const eventCounts = (given: Partial<EventCounts> = {}): EventCounts => ({
  carriedOver: 0,
  received: 0,
  waiting: 0,
  reported: 0,
  repeated: 0,
  deadLettered: 0,
  ...given,
});

/** What shipping and sales have stored. */
export const storedRows = ({
  sales,
  ...shipping
}: {
  scheduled: number;
  backordered: number;
  stockTaken: number;
  sales: number;
}): StoredRows => ({
  ...shipping,
  rows: { shipments: shipping.scheduled + shipping.backordered, sales },
});
