const { existsSync } = require('node:fs');
const { join } = require('node:path');

const PROJECT = join(__dirname, '../..');

/** CloudFormation ids, environment variables and names on AWS are made of it. */
const QUEUE_NAME = /^[a-z][a-z0-9]*$/;
/** A module of `handlers/`, and a part of CloudFormation ids. */
const FUNCTION_NAME = /^[a-z][a-zA-Z0-9]*$/;
/** A table of SQL, and a key of `orders reconcile --json`. */
const STORE_NAME = /^[a-z][a-z0-9_]*$/;
/** What reports have beside the stores. */
const TAKEN = ['from', 'to', 'orders', 'queued', 'gaps', 'dead_letters', 'reconciled', 'stock'];
/** What messages of a topic can be. */
const TOPIC_HOLDS = { OrderUploadsTopic: 'upload', OrderEventsTopic: 'confirmed order' };

/**
 * Checks the rows of topology.ts for what their type does not say. Without the check, a wrong row is refused later and
 * elsewhere, or never.
 *
 * @param {readonly import('../../topology.ts').Queue[]} queues
 * @param {readonly { name: string }[]} functions all of them, consumers included
 * @throws Error that names the row, the property, its rule and the value received
 */
function checkTopology(queues, functions) {
  for (const queue of queues) {
    const { name, consumer, definitions, holds, topic, stores } = queue;
    const check = (isRight, property, rule, value) => {
      if (!isRight) throw refuseRow(name, property, rule, value);
    };
    const checkUnique = (property, read, rows = queues) =>
      check(
        rows.filter((row) => read(row) === read(queue)).length === 1,
        property,
        'must be of one row only',
        read(queue),
      );

    check(QUEUE_NAME.test(name), 'name', 'must be lower-case letters and digits, a letter first', name);
    checkUnique('name', (row) => row.name);
    checkUnique('color', (row) => row.color);

    check(
      FUNCTION_NAME.test(consumer),
      'consumer',
      'must be letters and digits, a lower-case letter first',
      consumer,
    );
    const namesakes = functions.filter((each) => each.name === consumer);
    check(namesakes.length === 1, 'consumer', 'must be the name of one function only', consumer);
    const handler = `handlers/${consumer}.ts`;
    check(existsSync(join(PROJECT, handler)), 'consumer', `must have its function in ${handler}`, consumer);
    if (definitions)
      check(
        existsSync(join(PROJECT, definitions)),
        'definitions',
        'must be a file of the project',
        definitions,
      );

    if (topic)
      check(holds === TOPIC_HOLDS[topic], 'holds', `must be "${TOPIC_HOLDS[topic]}" behind ${topic}`, holds);
    checkNumbers(queue, check);
    if (!stores) continue;
    check(
      holds === 'confirmed order',
      'stores',
      'must be of a queue that holds confirmed orders',
      stores.all,
    );
    check(
      STORE_NAME.test(stores.all) && !TAKEN.includes(stores.all),
      'stores.all',
      `must be lower-case letters, digits and _, and none of ${TAKEN.join(', ')}`,
      stores.all,
    );
    const storing = queues.filter((row) => row.stores);
    checkUnique('stores.all', (row) => row.stores.all, storing);
    checkUnique('stores.each', (row) => row.stores.each, storing);
  }
}

/** Checks what AWS accepts, of numbers and of the ranges of parameters. */
function checkNumbers({ timeout, workerConcurrency, ...settings }, check) {
  const inRange = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
  const checkRange = (property, value, least, most) => {
    const isRight =
      typeof value === 'object'
        ? inRange(value.least, least, most) && inRange(value.most, value.least, most)
        : inRange(value, least, most);
    check(
      isRight,
      property,
      `must be a whole number from ${least} to ${most}, or a parameter within that`,
      value,
    );
  };
  checkRange('timeout', timeout, 1, 900);
  checkRange('batchSize', settings.batchSize, 1, 10_000);
  checkRange('batchingWindow', settings.batchingWindow, 0, 300);
  // The embedded cloud has one, too, which a parameter may allow.
  checkRange('concurrency', settings.concurrency, typeof settings.concurrency === 'object' ? 1 : 2, 1_000);
  checkRange('workerConcurrency', workerConcurrency, 1, 200);
  checkRange('ageAlarm', settings.ageAlarm, 1, 345_600);
}

/** @param name of the row */
function refuseRow(name, property, rule, value) {
  const message = `topology.ts, row ${JSON.stringify(name)}: ${property} ${rule}, received ${JSON.stringify(value)}`;
  const error = new Error(message);
  // Serverless and npm start show the stack, for which nobody who mistyped a row has any use.
  error.stack = message;
  return error;
}

module.exports = { checkTopology, refuseRow };
