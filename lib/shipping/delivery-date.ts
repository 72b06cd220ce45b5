/** From the day on which stock is taken. */
const WORKING_DAYS = 3;

const SUNDAY = 0;
const SATURDAY = 6;

/**
 * The day on which an order is delivered whose stock is taken now: three working days later, Monday to Friday, by the
 * days of UTC. Holidays are not known.
 *
 * @returns `YYYY-MM-DD`
 */
export function deliveryDate(now: Date): string {
  const day = new Date(now);
  for (let left = WORKING_DAYS; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() !== SATURDAY && day.getUTCDay() !== SUNDAY) left--;
  }
  return day.toISOString().slice(0, 10);
}
