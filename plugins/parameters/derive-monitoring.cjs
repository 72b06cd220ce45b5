/** Maximum of each alarm parameter. Parameters of queues have theirs in topology.ts. */
const ALARM_PARAMETERS = {
  deadLettersAlarm: 1_000_000,
  functionErrorsAlarm: 1_000_000,
  functionThrottlesAlarm: 1_000_000,
  httpErrorsAlarm: 1_000_000,
  databaseCapacityAlarm: 100,
  alarmMinutes: 60,
};

// Catches only what cannot be an address: SNS itself asks the address to confirm.
const ADDRESS_OR_NOTHING = /^([^\s@]+@[^\s@]+\.[^\s@]+)?$/;

/**
 * Reads whether alarms are enabled, whether they are sent by e-mail, and the thresholds for resources/monitoring/alarms.cjs.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 */
module.exports = async ({ readChoice, readText, readWholeNumber }) => {
  const monitoring = await readChoice('monitoring', ['on', 'off']);
  const email = await readText('operationsEmail', ADDRESS_OR_NOTHING, 'an e-mail address or ""');
  await readChoice('logLevel', ['DEBUG', 'INFO', 'WARN', 'ERROR']);
  const alarms = {};
  for (const [name, max] of Object.entries(ALARM_PARAMETERS))
    alarms[name] = await readWholeNumber(name, 1, max);
  return { monitoring, operationsEmail: email === '' ? 'off' : 'on', alarms };
};
