/** The parameters of alarms, and the most that each may be; those of queues are in topology.ts. */
const ALARM_PARAMETERS = {
  deadLettersAlarm: 1_000_000,
  functionErrorsAlarm: 1_000_000,
  functionThrottlesAlarm: 1_000_000,
  httpErrorsAlarm: 1_000_000,
  databaseCapacityAlarm: 100,
  alarmMinutes: 60,
};

// SNS finds out by itself whether there is anybody; this is for what is no address at all.
const ADDRESS_OR_NOTHING = /^([^\s@]+@[^\s@]+\.[^\s@]+)?$/;

/**
 * Whether there are alarms, whom they tell, and what resources/monitoring/alarms.cjs measures by, as numbers.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 */
module.exports = async ({ readChoice, readText, readWholeNumber }) => {
  const monitoring = await readChoice('monitoring', ['on', 'off']);
  const email = await readText('operationsEmail', ADDRESS_OR_NOTHING, 'an e-mail address or ""');
  await readChoice('logLevel', ['DEBUG', 'INFO', 'WARN', 'ERROR']);
  const alarms = {};
  for (const [name, most] of Object.entries(ALARM_PARAMETERS))
    alarms[name] = await readWholeNumber(name, 1, most);
  return { monitoring, operationsEmail: email === '' ? 'off' : 'on', alarms };
};
