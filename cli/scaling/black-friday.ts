/** Length of a step of the simulation. Decisions that are made once a minute are made every sixth step. */
export const STEP_SECONDS = 10;

export const DAY_SECONDS = 86_400;

/**
 * Relative number of orders at each full hour from 00:00 to 24:00, with linear interpolation between hours.
 *
 * The numbers are invented. Their shape follows a report on visits to shops on Black Friday: nights are busier than on other
 * days, and visits from 11:00 to 12:00 are 50 % above the average
 * (https://www.hitwise.com/en/2016/12/19/peak-week-how-americans-tackled-shopping-hour-by-hour/). The evening peak and the rush
 * at midnight assume customers who buy after work and offers that start at midnight.
 */
const HOURS = [
  0.9, 0.75, 0.55, 0.4, 0.35, 0.4, 0.6, 0.85, 1.15, 1.4, 1.55, 1.6, 1.45, 1.3, 1.2, 1.15, 1.15, 1.2, 1.3, 1.5,
  1.7, 1.55, 1.25, 0.9, 0.6,
];

/** The rush after midnight grows for this time and then halves every `RUSH_HALVES_SECONDS`. */
export const RUSH_GROWS_SECONDS = 300;
const RUSH_HALVES_SECONDS = 1_200;

const STEPS = Array.from({ length: DAY_SECONDS / STEP_SECONDS }, (_, step) => step * STEP_SECONDS);
const DAY = STEPS.map(ofDay);
const RUSH = STEPS.map(ofRush);
const DAY_SUM = sum(DAY) * STEP_SECONDS;
const RUSH_SUM = sum(RUSH) * STEP_SECONDS;
/** Rate of the day without the rush, at the height of the rush. */
const DAY_IN_RUSH = ofDay(RUSH_GROWS_SECONDS);

/**
 * Creates the orders that arrive in each step of a Black Friday, from 00:00 to 24:00.
 *
 * @param orders Orders of the day.
 * @param peak Orders a second at the height of the rush after midnight, within {@link peakRange}.
 */
export function createBlackFriday(orders: number, peak: number): number[] {
  // Solves two equations: day and rush add up to all orders, and at the height of the rush they add up to the peak.
  const dayFactor = (orders - peak * RUSH_SUM) / (DAY_SUM - DAY_IN_RUSH * RUSH_SUM);
  const rushFactor = peak - dayFactor * DAY_IN_RUSH;
  let exact = 0;
  let whole = 0;
  return STEPS.map((_, step) => {
    exact += (dayFactor * (DAY[step] ?? 0) + rushFactor * (RUSH[step] ?? 0)) * STEP_SECONDS;
    // Orders are whole numbers. Carries the remainder of rounding over to the next step, so that the sum is exact.
    const arrived = Math.round(exact) - whole;
    whole += arrived;
    return arrived;
  });
}

/** Returns the lowest and highest possible peak, in orders a second, of a day with that many orders. */
export function peakRange(orders: number): { least: number; most: number } {
  const highest = Math.max(...HOURS);
  return {
    // The rush is as high as the evening peak.
    least: Math.ceil((highest * orders) / (DAY_SUM - DAY_IN_RUSH * RUSH_SUM + highest * RUSH_SUM)),
    // All orders arrive in the rush.
    most: Math.floor(orders / RUSH_SUM),
  };
}

function ofDay(second: number): number {
  const hour = Math.floor(second / 3_600);
  const [from = 0, to = 0] = HOURS.slice(hour, hour + 2);
  return from + (to - from) * (second / 3_600 - hour);
}

function ofRush(second: number): number {
  if (second < RUSH_GROWS_SECONDS) return second / RUSH_GROWS_SECONDS;
  return 2 ** -((second - RUSH_GROWS_SECONDS) / RUSH_HALVES_SECONDS);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
