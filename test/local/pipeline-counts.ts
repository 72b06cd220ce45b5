import type { EventCounts, PipelineCounts } from '../../local/start/pipeline-counts.ts';
import type { StoredRows } from '../../local/start/stored-rows.ts';

/** Creates counts that are 0 unless given. */
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
    errors: 0,
    ...given,
  };
}

/** Creates counts of a consumer's queue that are 0 unless given. */
export const eventCounts = (given: Partial<EventCounts> = {}): EventCounts => ({
  carriedOver: 0,
  received: 0,
  waiting: 0,
  reported: 0,
  repeated: 0,
  deadLettered: 0,
  ...given,
});

/** Creates the counts of records that shipping and sales have stored. */
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
