import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS, QUEUES, queueNamed } from '../../topology.ts';

const require = createRequire(import.meta.url);
const { checkTopology } = require('../../plugins/parameters/check-topology.cjs');

const shipping = queueNamed('shipping');
/** The first color that no row has. */
const FREE_COLOR = [1, 2, 3, 4, 5, 6, 7, 8].find((color) => !QUEUES.some((queue) => queue.color === color));
/** Checks the project's rows and one more: a copy of the shipping row with unique names, then the given changes. */
function check(changes: Readonly<Record<string, unknown>>): void {
  const row = {
    ...shipping,
    name: 'another',
    consumer: 'intake',
    color: FREE_COLOR,
    stores: { ...shipping.stores, each: 'thing', all: 'things' },
    ...changes,
  };
  checkTopology(
    [...QUEUES, row],
    [...FUNCTIONS.filter(({ name }) => name !== 'intake'), { name: row.consumer }],
  );
}

describe('checkTopology', () => {
  it('accepts the rows of topology.ts', () => {
    expect(() => checkTopology(QUEUES, FUNCTIONS)).not.toThrow();
  });

  it('accepts another valid row', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ stores: undefined, definitions: undefined, topic: undefined })).not.toThrow();
  });

  it.each([
    [
      { name: 'gift-cards' },
      'row "gift-cards": name must be lower-case letters and digits, starting with a letter',
    ],
    [{ name: 'Orders' }, 'row "Orders": name must be'],
    [
      { name: 'shipping' },
      'row "shipping": name must differ from that of every other row, received "shipping"',
    ],
    [{ color: 1 }, 'color must differ from that of every other row, received 1'],
    [{ consumer: 'gift-cards' }, 'row "another": consumer must be letters and digits'],
    [
      { consumer: 'report' },
      'row "another": consumer must differ from the name of every other function, received "report"',
    ],
    [
      { consumer: 'loyal' },
      'consumer must name a file in handlers/, and handlers/loyal.ts does not exist, received "loyal"',
    ],
    [
      { definitions: 'resources/no.yml' },
      'definitions must be the path of a file in the project, received "resources/no.yml"',
    ],
    [{ holds: 'order' }, 'holds must be "confirmed order" for a queue of OrderEventsTopic, received "order"'],
    [
      { topic: 'OrderUploadsTopic' },
      'holds must be "upload" for a queue of OrderUploadsTopic, received "confirmed order"',
    ],
    [
      { holds: 'order', topic: undefined },
      'holds must be "confirmed order" for a queue with stores, received "order"',
    ],
    [{ timeout: 901 }, 'timeout must be a whole number from 1 to 900'],
    [{ batchSize: 0 }, 'batchSize must be a whole number from 1 to 10000'],
    [{ batchingWindow: 1.5 }, 'batchingWindow must be a whole number from 0 to 300'],
    [{ concurrency: 1 }, 'concurrency must be a whole number from 2 to 1000'],
    [
      { concurrency: { parameter: 'anotherConcurrency', min: 5, max: 2 } },
      'concurrency must be a whole number from 1 to 1000, or a parameter with min and max in that range, received {"parameter"',
    ],
    [
      { stores: { ...shipping.stores, each: 'thing' } },
      'stores.all must differ from that of every other row, received "shipments"',
    ],
    [
      { stores: { ...shipping.stores, all: 'things' } },
      'stores.each must differ from that of every other row, received "shipment"',
    ],
    [
      { stores: { ...shipping.stores, each: 'thing', all: 'orders' } },
      'stores.all must be lower-case letters, digits and _, starting with a letter, and none of',
    ],
  ])('rejects a row with a wrong property: $1', (changes, message) => {
    expect(() => check(changes)).toThrow(message);
  });
});
