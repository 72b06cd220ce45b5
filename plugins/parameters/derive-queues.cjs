const { FUNCTIONS, QUEUES } = require('../../topology.ts');
const { checkTopology, refuseRow } = require('./check-topology.cjs');

/**
 * Derives the queues of the stage: the enabled rows of topology.ts, with their settings as numbers.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 * @param {(queue: import('../../topology.ts').Queue) => boolean} isPolledByFleet Whether workers poll the queue.
 */
module.exports = async ({ readChoice, readWholeNumber }, isPolledByFleet) => {
  const read = async (setting) =>
    typeof setting === 'number' ? setting : readWholeNumber(setting.parameter, setting.min, setting.max);
  checkTopology(QUEUES, FUNCTIONS);
  const queues = [];
  for (const row of QUEUES) {
    if (row.part && (await readChoice(row.part, ['on', 'off'])) === 'off') continue;
    const { timeout } = row;
    const batchSize = await read(row.batchSize);
    const batchingWindow = await read(row.batchingWindow);
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
    if (batchSize > 10 && batchingWindow === 0)
      throw refuseRow(row.name, 'batchingWindow', 'must be at least 1 when batchSize is more than 10', 0);
    queues.push({
      ...row,
      batchSize,
      batchingWindow,
      concurrency: await read(row.concurrency),
      ageAlarm: await read(row.ageAlarm),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: 6 * timeout + batchingWindow,
      isPolledByLambda: !isPolledByFleet(row),
    });
  }
  return queues;
};
