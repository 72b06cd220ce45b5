const { existsSync } = require('node:fs');
const { join } = require('node:path');

const PROJECT = join(__dirname, '../..');

/** Part of CloudFormation ids, environment variables and names on AWS. */
const QUEUE_NAME = /^[a-z][a-z0-9]*$/;
/** Name of a module in `handlers/`, and part of CloudFormation ids. */
const FUNCTION_NAME = /^[a-z][a-zA-Z0-9]*$/;
/** Name of an SQL table, and a key in `orders reconcile --json`. */
const STORE_NAME = /^[a-z][a-z0-9_]*$/;
/** Other keys of the report of `orders reconcile --json`. */
const RESERVED_NAMES = ['from', 'to', 'orders', 'queued', 'gaps', 'dead_letters', 'reconciled', 'stock'];
/** Content of the messages of each topic. */
const TOPIC_HOLDS = { OrderUploadsTopic: 'upload', OrderEventsTopic: 'confirmed order' };

/**
 * Checks the rules for rows of topology.ts that their type cannot express. Without this check, an invalid row would fail later
 * with an unrelated error, or not at all.
 *
 * @param {readonly import('../../topology.ts').Queue[]} queues
 * @param {readonly { name: string }[]} functions All functions, including consumers.
 * @throws Error that names the row, the property, the rule and the received value.
 */
function checkTopology(queues, functions) {
  for (const queue of queues) {
    const { name, consumer, definitions, holds, topic, stores } = queue;
    const check = (isValid, property, rule, value) => {
      if (!isValid) throw refuseRow(name, property, rule, value);
    };
    const checkUnique = (property, read, rows = queues) =>
      check(
        rows.filter((row) => read(row) === read(queue)).length === 1,
        property,
        'must differ from that of every other row',
        read(queue),
      );

    check(
      QUEUE_NAME.test(name),
      'name',
      'must be lower-case letters and digits, starting with a letter',
      name,
    );
    checkUnique('name', (row) => row.name);
    checkUnique('color', (row) => row.color);

    check(
      FUNCTION_NAME.test(consumer),
      'consumer',
      'must be letters and digits, starting with a lower-case letter',
      consumer,
    );
    const namesakes = functions.filter((each) => each.name === consumer);
    check(namesakes.length === 1, 'consumer', 'must differ from the name of every other function', consumer);
    const handler = `handlers/${consumer}.ts`;
    check(
      existsSync(join(PROJECT, handler)),
      'consumer',
      `must name a file in handlers/, and ${handler} does not exist`,
      consumer,
    );
    if (definitions)
      check(
        existsSync(join(PROJECT, definitions)),
        'definitions',
        'must be the path of a file in the project',
        definitions,
      );

    if (topic)
      check(
        holds === TOPIC_HOLDS[topic],
        'holds',
        `must be "${TOPIC_HOLDS[topic]}" for a queue of ${topic}`,
        holds,
      );
    checkNumbers(queue, check);
    if (!stores) continue;
    check(holds === 'confirmed order', 'holds', 'must be "confirmed order" for a queue with stores', holds);
    check(
      STORE_NAME.test(stores.all) && !RESERVED_NAMES.includes(stores.all),
      'stores.all',
      `must be lower-case letters, digits and _, starting with a letter, and none of ${RESERVED_NAMES.join(', ')}`,
      stores.all,
    );
    const storing = queues.filter((row) => row.stores);
    checkUnique('stores.all', (row) => row.stores.all, storing);
    checkUnique('stores.each', (row) => row.stores.each, storing);
  }
}

/** Checks that numbers, and the ranges of parameters, are within the limits of AWS. */
function checkNumbers({ timeout, workerConcurrency, ...settings }, check) {
  const inRange = (value, min, max) => Number.isInteger(value) && value >= min && value <= max;
  const checkRange = (property, value, min, max) => {
    const isValid =
      typeof value === 'object'
        ? inRange(value.min, min, max) && inRange(value.max, value.min, max)
        : inRange(value, min, max);
    check(
      isValid,
      property,
      `must be a whole number from ${min} to ${max}, or a parameter with min and max in that range`,
      value,
    );
  };
  checkRange('timeout', timeout, 1, 900);
  checkRange('batchSize', settings.batchSize, 1, 10_000);
  checkRange('batchingWindow', settings.batchingWindow, 0, 300);
  // The embedded cloud also accepts 1, so a parameter may allow it.
  checkRange('concurrency', settings.concurrency, typeof settings.concurrency === 'object' ? 1 : 2, 1_000);
  checkRange('workerConcurrency', workerConcurrency, 1, 200);
  checkRange('ageAlarm', settings.ageAlarm, 1, 345_600);
}

function refuseRow(name, property, rule, value) {
  const message = `topology.ts, row ${JSON.stringify(name)}: ${property} ${rule}, received ${JSON.stringify(value)}`;
  const error = new Error(message);
  // Serverless and npm start print the stack, which does not help to correct a row.
  error.stack = message;
  return error;
}

module.exports = { checkTopology, refuseRow };
