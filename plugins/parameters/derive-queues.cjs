const { QUEUES } = require('../../topology.ts');

/**
 * The queues of the stage: the rows of topology.ts whose part is on, with their settings as numbers.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 * @param {(queue: import('../../topology.ts').Queue) => boolean} isPolledByFleet whether Lambda leaves the queue to workers
 */
module.exports = async ({ readChoice, readWholeNumber }, isPolledByFleet) => {
  const read = async (setting) =>
    typeof setting === 'number' ? setting : readWholeNumber(setting.parameter, setting.least, setting.most);
  const queues = [];
  for (const row of QUEUES) {
    if (row.part && (await readChoice(row.part, ['on', 'off'])) === 'off') continue;
    const { timeout } = row;
    const batchingWindow = await read(row.batchingWindow);
    queues.push({
      ...row,
      batchSize: await read(row.batchSize),
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
