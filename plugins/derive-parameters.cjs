/**
 * What serverless.yml derives from its parameters and YAML cannot: `${self:custom.derived.…}`. Both `serverless` and the
 * embedded cloud resolve it.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  // A variable that merely led nowhere would be refused without a word about the parameter and its value.
  const readChoice = async (name, choices) => {
    const value = await resolveVariable(`param:${name}`);
    if (choices.includes(value)) return value;
    const rule = choices.map((choice) => JSON.stringify(choice)).join(' or ');
    throw refuse(`parameter ${name}: must be ${rule}, received ${JSON.stringify(value)}`);
  };
  const readWholeNumber = async (name, least, most) => {
    const value = await resolveVariable(`param:${name}`);
    if (/^\d+$/.test(value) && value >= least && value <= most) return Number(value);
    const rule = `must be a whole number from ${least} to ${most}`;
    throw refuse(`parameter ${name}: ${rule}, received ${JSON.stringify(value)}`);
  };
  const readEmail = async (name) => {
    const value = await resolveVariable(`param:${name}`);
    // SNS finds out by itself whether there is anybody; this is for what is no address at all.
    if (value === '' || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return value;
    throw refuse(`parameter ${name}: must be an e-mail address or "", received ${JSON.stringify(value)}`);
  };
  const shipping = await readChoice('shipping', ['on', 'off']);
  const sales = await readChoice('sales', ['on', 'off']);
  const deletionPolicy = await readChoice('databaseDeletionPolicy', ['Delete', 'Snapshot']);
  const salesNamespace = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-sales`;
  // A batch of more than 10 records needs a window of at least 1 s.
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
  const window = await readWholeNumber('salesBatchingWindow', 1, 300);
  const operationsEmail = await readEmail('operationsEmail');
  await readChoice('logLevel', ['DEBUG', 'INFO', 'WARN', 'ERROR']);
  const alarms = {};
  for (const [name, most] of Object.entries(ALARM_PARAMETERS))
    alarms[name] = await readWholeNumber(name, 1, most);
  return {
    shipping,
    sales,
    databases: shipping === 'on' || sales === 'on' ? 'on' : 'off',
    monitoring: await readChoice('monitoring', ['on', 'off']),
    operationsEmail: operationsEmail === '' ? 'off' : 'on',
    // What resources/monitoring/alarms.cjs measures by, as numbers.
    alarms,
    // 6 x analytics' timeout + its batching window = 6 x 60 s + the window.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    analyticsVisibilityTimeout: 6 * 60 + window,
    salesFinalSnapshotName:
      deletionPolicy === 'Snapshot' ? `${salesNamespace}-final` : { Ref: 'AWS::NoValue' },
  };
};

/** The parameters of alarms, and the most that each may be. */
const ALARM_PARAMETERS = {
  deadLettersAlarm: 1_000_000,
  // The queues keep a message for 4 days.
  orderQueueAgeAlarm: 345_600,
  uploadQueueAgeAlarm: 345_600,
  shippingQueueAgeAlarm: 345_600,
  analyticsQueueAgeAlarm: 345_600,
  functionErrorsAlarm: 1_000_000,
  functionThrottlesAlarm: 1_000_000,
  httpErrorsAlarm: 1_000_000,
  databaseCapacityAlarm: 100,
  alarmMinutes: 60,
};

/** Serverless shows the stack of what is thrown here, for which nobody who mistyped a parameter has any use. */
function refuse(message) {
  const error = new Error(message);
  error.stack = message;
  return error;
}
