import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS, QUEUES } from '../../topology.ts';

const require = createRequire(import.meta.url);
const { checkTopology } = require('../../plugins/parameters/check-topology.cjs');

const [, , shipping] = QUEUES;
/** The rows of the project, and one like that of shipping, with the names of its own that it must have. */
function check(changes: Readonly<Record<string, unknown>>): void {
  const row = {
    ...shipping,
    name: 'loyalty',
    consumer: 'intake',
    color: 5,
    stores: { ...shipping?.stores, each: 'award', all: 'awards' },
    ...changes,
  };
  checkTopology(
    [...QUEUES, row],
    [...FUNCTIONS.filter(({ name }) => name !== 'intake'), { name: row.consumer }],
  );
}

describe('the rows of the topology', () => {
  it('pass the check as they are', () => {
    expect(() => checkTopology(QUEUES, FUNCTIONS)).not.toThrow();
  });

  it('pass the check with another one', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ stores: undefined, definitions: undefined, topic: undefined })).not.toThrow();
  });

  it.each([
    [{ name: 'gift-cards' }, 'row "gift-cards": name must be lower-case letters and digits, a letter first'],
    [{ name: 'Orders' }, 'row "Orders": name must be'],
    [{ name: 'shipping' }, 'row "shipping": name must be of one row only, received "shipping"'],
    [{ color: 1 }, 'color must be of one row only, received 1'],
    [{ consumer: 'gift-cards' }, 'row "loyalty": consumer must be letters and digits'],
    [
      { consumer: 'report' },
      'row "loyalty": consumer must be the name of one function only, received "report"',
    ],
    [{ consumer: 'loyal' }, 'consumer must have its function in handlers/loyal.ts, received "loyal"'],
    [
      { definitions: 'resources/no.yml' },
      'definitions must be a file of the project, received "resources/no.yml"',
    ],
    [{ holds: 'order' }, 'holds must be "confirmed order" behind OrderEventsTopic, received "order"'],
    [
      { topic: 'OrderUploadsTopic' },
      'holds must be "upload" behind OrderUploadsTopic, received "confirmed order"',
    ],
    [{ holds: 'order', topic: undefined }, 'stores must be of a queue that holds confirmed orders'],
    [{ timeout: 901 }, 'timeout must be a whole number from 1 to 900'],
    [{ batchSize: 0 }, 'batchSize must be a whole number from 1 to 10000'],
    [{ batchingWindow: 1.5 }, 'batchingWindow must be a whole number from 0 to 300'],
    [{ concurrency: 1 }, 'concurrency must be a whole number from 2 to 1000'],
    [
      { concurrency: { parameter: 'loyaltyConcurrency', least: 5, most: 2 } },
      'concurrency must be a whole number from 1 to 1000, or a parameter within that, received {"parameter"',
    ],
    [
      { stores: { ...shipping?.stores, each: 'award' } },
      'stores.all must be of one row only, received "shipments"',
    ],
    [
      { stores: { ...shipping?.stores, all: 'awards' } },
      'stores.each must be of one row only, received "shipment"',
    ],
    [
      { stores: { ...shipping?.stores, each: 'award', all: 'orders' } },
      'stores.all must be lower-case letters, digits and _, and none of',
    ],
  ])('are refused: $1', (changes, message) => {
    expect(() => check(changes)).toThrow(message);
  });
});
